-- What the national portal (and lists of officials) say of each procedure, with all that was seen
-- before. Written by knowledge_base/portal, read by whoever answers.

CREATE TABLE portal_runs (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    form text NOT NULL,                       -- api, jsonl, xlsx, danh_muc
    source text NOT NULL,                     -- address of the portal, or name of the file
    day date NOT NULL,                        -- the day its facts were seen
    started_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    finished_at timestamptz,
    progress jsonb NOT NULL DEFAULT '{}',     -- where the walk through the list stands
    report jsonb                              -- counts, once finished
);

CREATE TABLE portal_versions (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    code text NOT NULL,
    layer text NOT NULL,                      -- cong: the portal's own; danh_sach: lists
    form text NOT NULL,
    run bigint NOT NULL REFERENCES portal_runs,
    before bigint REFERENCES portal_versions, -- what it replaced
    late boolean NOT NULL DEFAULT false,      -- came in behind a newer one: history only
    gone boolean NOT NULL DEFAULT false,      -- no longer on the portal from first_on
    first_on date NOT NULL,                   -- first and last day it was seen like this
    last_on date NOT NULL,
    hash text NOT NULL,                       -- of raw
    raw jsonb NOT NULL,                       -- {} where it was gone from the portal
    facts jsonb,                              -- keys of a procedure file; null: none could be made
    watched jsonb NOT NULL DEFAULT '{}',
    problems jsonb NOT NULL DEFAULT '[]',
    CHECK (first_on <= last_on)
);
CREATE INDEX portal_versions_of_record ON portal_versions (code, layer, last_on);
CREATE INDEX portal_versions_of_run ON portal_versions (run);

CREATE TABLE portal_records (
    code text NOT NULL,
    layer text NOT NULL,
    version bigint NOT NULL REFERENCES portal_versions,
    portal_id text,
    etag text,
    line text,                                -- digest of its line in the list at the last fetch
    PRIMARY KEY (code, layer)
);

CREATE TABLE portal_lines (                   -- the list of a run under way
    run bigint NOT NULL REFERENCES portal_runs ON DELETE CASCADE,
    position bigint GENERATED ALWAYS AS IDENTITY,
    id text NOT NULL,
    code text NOT NULL,
    name text NOT NULL,
    digest text NOT NULL,
    stamped boolean NOT NULL,
    walk smallint NOT NULL,
    done boolean NOT NULL DEFAULT false,
    trouble text,
    PRIMARY KEY (run, id)
);

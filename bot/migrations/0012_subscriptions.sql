-- Dossiers that citizens asked to be told about, each with the consent they gave.

CREATE TABLE subscriptions (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    conversation text NOT NULL,
    channel text NOT NULL,
    chat text NOT NULL,
    key text NOT NULL,                        -- as in dossiers
    code text NOT NULL,
    consent text NOT NULL,                    -- the sentence that was agreed to
    agreed_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    until timestamptz NOT NULL,               -- it is given up then, whatever became of it
    told text NOT NULL,                       -- mark of what the citizen knows: state|promised day
    before text NOT NULL DEFAULT '',          -- the one before that
    changes integer NOT NULL DEFAULT 0,       -- how many were told
    reminded text NOT NULL DEFAULT '',        -- the last reminder of a day: what|day
    pending boolean NOT NULL DEFAULT false,   -- something else was heard since
    source text NOT NULL,                     -- the system to be asked; '': nobody, it is told us
    next_at timestamptz,                      -- when that is asked next
    failures smallint NOT NULL DEFAULT 0,     -- one after another
    UNIQUE (conversation, key),
    CHECK ((next_at IS NULL) = (source = ''))
);
CREATE INDEX subscriptions_of_dossier ON subscriptions (key);
CREATE INDEX subscriptions_to_ask ON subscriptions (source, next_at) WHERE next_at IS NOT NULL;
CREATE INDEX subscriptions_pending ON subscriptions (id) WHERE pending;
CREATE INDEX subscriptions_by_end ON subscriptions (until);

-- What systems told by themselves, so that nothing is taken twice.

CREATE TABLE dossier_events (
    source text NOT NULL,
    event text NOT NULL,                      -- the system's own id of it
    digest text NOT NULL,                     -- SHA-256 of what it said
    taken_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (source, event)
);
CREATE INDEX dossier_events_by_age ON dossier_events (taken_at);

-- Who guesses codes, without who it is: digests under a salt of the day that is thrown away after
-- it. The score falls by itself; see bot/guessing.py.

CREATE TABLE guess_salts (
    day date PRIMARY KEY,
    salt bytea NOT NULL
);
CREATE TABLE guesses (
    who text PRIMARY KEY,
    wide boolean NOT NULL,                    -- a network address, behind which there may be many
    score real NOT NULL,
    at timestamptz NOT NULL,                  -- when the score was that
    codes text[] NOT NULL                     -- digests of the last codes, the newest first
);
CREATE INDEX guesses_by_age ON guesses (at);

-- Digest of the network address a message came from, under the salt of the day; until it is answered.
ALTER TABLE messages ADD COLUMN origin text;

-- Dossiers of this deployment's own table, filled from spreadsheets of one-stop software. No name,
-- telephone or address is kept: columns that hold one are not read.

CREATE TABLE dossiers (
    key text PRIMARY KEY,                     -- letters and digits of the code without its head
    code text NOT NULL,                       -- as it is printed
    state text NOT NULL,                      -- id of the national state
    facts jsonb NOT NULL,                     -- the rest of knowledge_base/dossiers/dossier.py
    moments jsonb NOT NULL DEFAULT '[]',      -- [{"at", "state", "what"}], oldest first
    source text NOT NULL,                     -- whom an answer comes from, in words
    seen_at timestamptz NOT NULL              -- when the table said so
);

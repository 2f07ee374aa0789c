-- What those who run the program need: why a message was given up, and whether new ones are taken.

ALTER TABLE messages ADD COLUMN parked_why text;   -- "killed 4 processes", or the error's type and place

CREATE INDEX replies_dropped ON replies (dropped_at) WHERE dropped_at IS NOT NULL;

-- While its one row lies ahead of the clock, the door takes nothing in: bot/store/operation.py.
CREATE TABLE draining (
    single boolean PRIMARY KEY DEFAULT true CHECK (single),
    until timestamptz NOT NULL
);

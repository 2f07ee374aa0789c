-- Messages on their way in, what they were answered, and each conversation's state.
-- Texts are masked before they come here (bot/privacy.py).

CREATE TABLE messages (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    conversation text NOT NULL,               -- channel:chat
    channel text NOT NULL,
    chat text NOT NULL,
    message_id text NOT NULL,                 -- the channel's own id
    text text,
    choice text,
    received_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    done_at timestamptz,
    deaths smallint NOT NULL DEFAULT 0,       -- times begun and neither finished nor failed
    failures smallint NOT NULL DEFAULT 0,     -- times the handler raised or ran out of time
    parked_at timestamptz,                    -- given up on, answered with an apology
    UNIQUE (channel, chat, message_id),
    CHECK ((text IS NULL) <> (choice IS NULL))
);
CREATE INDEX messages_waiting ON messages (conversation) WHERE done_at IS NULL;
CREATE INDEX messages_of_conversation ON messages (conversation, id);
CREATE INDEX messages_by_age ON messages (received_at);
CREATE INDEX messages_parked ON messages (parked_at) WHERE parked_at IS NOT NULL;

CREATE TABLE conversations (
    key text PRIMARY KEY,
    channel text NOT NULL,
    chat text NOT NULL,
    state jsonb,
    version integer NOT NULL DEFAULT 0,       -- rises by one a turn
    updated_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    muted_at timestamptz,                     -- people have taken over
    blocked_at timestamptz                    -- the citizen blocked us on this channel
);
CREATE INDEX conversations_by_age ON conversations (updated_at);

CREATE TABLE replies (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    conversation text NOT NULL,
    message bigint NOT NULL REFERENCES messages ON DELETE CASCADE,
    position smallint NOT NULL,
    body jsonb NOT NULL,                      -- {"text", "source", "choices": [{"id", "label", "url"}]}
    pushed boolean NOT NULL,                  -- has a delivery job; otherwise the channel reads it
    created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    sent_at timestamptz,
    dropped_at timestamptz,
    dropped_why text,
    UNIQUE (message, position)
);
CREATE INDEX replies_of_conversation ON replies (conversation, id);
CREATE INDEX replies_unsent ON replies (conversation)
    WHERE pushed AND sent_at IS NULL AND dropped_at IS NULL;

-- Named outcomes, counted by day in Vietnam; no person in them.
CREATE TABLE events (
    day date NOT NULL,
    name text NOT NULL,
    count bigint NOT NULL,
    PRIMARY KEY (day, name)
);

-- The moment at which a channel may send again, on the database's clock: every sender of every
-- process leases the next free moment here, so that together they keep the channel's rate.
CREATE TABLE sending_slots (
    channel text PRIMARY KEY,
    next_at timestamptz NOT NULL
);

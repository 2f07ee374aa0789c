-- What people are asked to see to: a citizen who wants to talk to one, a complaint. What was said is
-- not copied here: a transcript is read from the conversation, for as long as that is kept.

CREATE TABLE tickets (
    number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    kind text NOT NULL CHECK (kind IN ('human', 'feedback')),
    reason text NOT NULL,
    summary text NOT NULL,                    -- masked
    conversation text,                        -- these three: null once the citizen erased their data
    channel text,
    chat text,
    unit text,                                -- code of where the citizen lives, if known
    address text NOT NULL,                    -- what the citizen is called
    status text NOT NULL DEFAULT 'open' CHECK (status IN ('open', 'claimed', 'closed')),
    helper text,                              -- who has it: telegram:<id>, api:<name>
    helper_name text,
    opened_at timestamptz NOT NULL,
    claimed_at timestamptz,
    closed_at timestamptz,
    closed_why text,
    waiting_since timestamptz,                -- since when people owe the citizen an answer
    reminders smallint NOT NULL DEFAULT 0,    -- the team was reminded so often since then
    remind_at timestamptz,                    -- when it is to be reminded next
    post text,                                -- the team's chat: the message that others go under
    CHECK ((status = 'closed') = (closed_at IS NOT NULL)),
    CHECK (status <> 'claimed' OR helper IS NOT NULL),
    CHECK ((conversation IS NULL) = (channel IS NULL) AND (channel IS NULL) = (chat IS NULL))
);
-- A citizen talks to one person at a time.
CREATE UNIQUE INDEX tickets_talking ON tickets (conversation)
    WHERE kind = 'human' AND status <> 'closed';
CREATE INDEX tickets_of_conversation ON tickets (conversation);
CREATE INDEX tickets_not_closed ON tickets (number) WHERE status <> 'closed';
CREATE INDEX tickets_by_age ON tickets (opened_at);

-- What the team said or was told: about which ticket, and who of the team said it.
ALTER TABLE messages ADD COLUMN ticket bigint REFERENCES tickets ON DELETE SET NULL;
ALTER TABLE messages ADD COLUMN helper text;
ALTER TABLE messages ADD COLUMN helper_name text;
CREATE INDEX messages_of_ticket ON messages (ticket) WHERE ticket IS NOT NULL;

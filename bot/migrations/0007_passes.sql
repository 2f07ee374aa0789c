-- What a link or a QR code leads to. Of its token only a digest is kept, here and in messages.

CREATE TABLE passes (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    digest text NOT NULL UNIQUE,              -- SHA-256 of the token
    purpose text NOT NULL,                    -- tiep_tuc: go on; giao: hand over; moi: invitation
    payload jsonb NOT NULL,                   -- a part of a conversation's state, a page; masked
    uses smallint NOT NULL,                   -- conversations that may open it
    made_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    expires_at timestamptz NOT NULL,
    conversation text,                        -- whose it is; an invitation is nobody's
    channel text,
    chat text,
    CHECK ((conversation IS NULL) = (channel IS NULL) AND (channel IS NULL) = (chat IS NULL))
);
CREATE INDEX passes_of_conversation ON passes (conversation);
CREATE INDEX passes_by_expiry ON passes (expires_at);

CREATE TABLE pass_openings (
    pass bigint NOT NULL REFERENCES passes ON DELETE CASCADE,
    conversation text NOT NULL,               -- that opened it; as often as it likes
    PRIMARY KEY (pass, conversation)
);
CREATE INDEX pass_openings_of_conversation ON pass_openings (conversation);

-- A message is a text, a choice, or a pass that was opened (its digest).
ALTER TABLE messages ADD COLUMN opens text;
ALTER TABLE messages DROP CONSTRAINT messages_check;
ALTER TABLE messages ADD CONSTRAINT messages_one_content
    CHECK (num_nonnulls(text, choice, opens) = 1);

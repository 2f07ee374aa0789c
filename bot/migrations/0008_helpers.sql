-- Members of the community digital-technology teams who guide others with the assistant. Of whom
-- they help nothing is kept here.

CREATE TABLE helpers (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    invitation bigint NOT NULL UNIQUE,        -- the pass they came with; it may be gone by now
    team text NOT NULL,                       -- as the official wrote it
    conversation text NOT NULL,
    joined_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    revoked_at timestamptz
);
-- One registration holds for a conversation at a time.
CREATE UNIQUE INDEX helpers_now ON helpers (conversation) WHERE revoked_at IS NULL;

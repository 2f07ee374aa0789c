-- The pair of tokens with which we speak for the Zalo Official Account. A refresh token works once:
-- whoever renews the pair holds the lock, and writes the new one here before it is used.

CREATE TABLE zalo_tokens (
    app_id text PRIMARY KEY,
    access_token text NOT NULL,
    refresh_token text NOT NULL,
    expires_at timestamptz NOT NULL,          -- of the access token
    renewed_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    begun_at timestamptz,                     -- a renewal was begun whose end is not written
    refused_at timestamptz,                   -- Zalo does not take this refresh token any more
    refused_why text
);

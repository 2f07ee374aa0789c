-- What came with a message besides words: {"kind", "handle"} by which its channel gives the bytes
-- again, or {"kind", "read"} where it was read at the door. The bytes are never kept, and the handle
-- goes when the message is done.

ALTER TABLE messages ADD COLUMN media jsonb;

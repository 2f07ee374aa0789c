"""A Zalo Official Account: events in (channel), replies out (sending), its tokens (tokens)."""

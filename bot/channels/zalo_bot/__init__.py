"""Zalo Bot Platform: updates in (channel), replies out (sending), what is asked of it (client)."""

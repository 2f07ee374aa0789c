"""Channels: where messages come from and replies go. They do not know each other."""

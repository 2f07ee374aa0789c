"""The conversation: understanding, turns, durable messages, channels."""

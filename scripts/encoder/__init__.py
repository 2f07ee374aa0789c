"""Teaches the sentence encoder how citizens speak of procedures; see docs/adr/0006."""

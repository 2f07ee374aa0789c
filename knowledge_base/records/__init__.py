"""Reads the national portal's records, whose tables were flattened into running text.

Nothing is guessed: what cannot be read with certainty is left out and reported as a
:class:`~knowledge_base.records.common.Leftover`.
"""

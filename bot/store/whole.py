"""SQL about a database as a whole, for putting a backup back."""

from __future__ import annotations

import psycopg

# What comes before a backup is put back, in the same transaction.
EMPTIED = ("DROP SCHEMA public CASCADE", "CREATE SCHEMA public")


def is_used(con: psycopg.Connection) -> bool:
    """Whether anybody else is connected to the database."""
    others = con.execute(
        "SELECT 1 FROM pg_stat_activity WHERE datname = current_database()"
        " AND backend_type = 'client backend' AND pid <> pg_backend_pid()"
    )
    return others.fetchone() is not None


def is_kept(con: psycopg.Connection) -> bool:
    """Whether the program's tables are there."""
    found = con.execute("SELECT to_regclass('public.schema_migrations')").fetchone()
    return found is not None and found[0] is not None

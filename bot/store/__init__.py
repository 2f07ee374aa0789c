"""Everything kept in PostgreSQL: the only place with SQL besides ``bot/migrations``."""

"""What can go wrong in the store.

StoreError
├── StoreUnavailable   PostgreSQL does not answer, or gave up a transaction: try again later
│   └── NotTaking      nothing is taken in for a while
└── MigrationError     the tables cannot be brought to what this program expects
    ├── MigrationChanged   a migration was edited after it had been applied
    └── DatabaseTooNew     the database was used by a newer version of this program
"""

from __future__ import annotations


class StoreError(Exception):
    """Base of everything the store raises on purpose."""


class StoreUnavailable(StoreError):
    """PostgreSQL does not answer or dropped the transaction; the same call may work later."""


class NotTaking(StoreUnavailable):
    """The program is being emptied (``python -m bot drain``); the same message is taken later."""


class MigrationError(StoreError):
    """The tables could not be brought up to date; the program must not go on."""


class MigrationChanged(MigrationError):
    """An applied migration's file is not what it was; add a new numbered file instead."""


class DatabaseTooNew(MigrationError):
    """The database holds migrations this program does not know: run the newer program."""

"""What the national portal says of each procedure: fetched, converted, compared, reported.

``client`` talks to the portal, ``convert`` and ``flat`` and ``sheet`` read its records in their
three forms, ``sync`` and ``importing`` carry them into a :class:`~.book.RecordBook` (the port;
PostgreSQL lies behind it in ``bot/store/portal_records.py``), ``changes`` tells what became
different.
"""

"""The clock that citizens and offices go by."""

from __future__ import annotations

from datetime import timedelta, timezone

VIETNAM = timezone(timedelta(hours=7), "ICT")  # no summer time since 1975

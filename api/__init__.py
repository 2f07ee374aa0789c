"""HTTP: the web chat, the JSON API, health and metrics. Everything behind it lives in ``bot``."""

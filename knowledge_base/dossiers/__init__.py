"""Dossiers (hồ sơ): their codes, their states, and the days they are due. Pure."""

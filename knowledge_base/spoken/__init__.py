"""Written Vietnamese as it is said: digits, codes, abbreviations and signs in words."""

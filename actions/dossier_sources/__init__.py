"""Where dossiers are looked up: one port, and what speaks to each kind of system."""

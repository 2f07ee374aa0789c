"""Set-up code: runs before anything is installed, so it uses the standard library only."""

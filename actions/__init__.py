"""What we do: plain functions from state and understanding to an outcome."""

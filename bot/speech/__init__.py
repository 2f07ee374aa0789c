"""Sound: replies read aloud, and citizens' recordings read off. See docs/adr/0012."""

"""The real SDK against the stand-in."""

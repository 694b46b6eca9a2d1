"""Throughline: images that must stay consistent, and the graph of how they were made."""

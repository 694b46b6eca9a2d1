"""The library that draws graphs in a browser: the file that the installed pyvis ships, without loading pyvis."""

from __future__ import annotations

from importlib.metadata import distribution
from pathlib import Path

VIS_VERSION = "9.1.2"


def vis_library() -> Path:
    """Return the file of vis-network."""
    return Path(str(distribution("pyvis").locate_file(f"pyvis/lib/vis-{VIS_VERSION}/vis-network.min.js")))

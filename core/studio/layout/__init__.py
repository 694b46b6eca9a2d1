"""Where the lineage graph's nodes stand and how its threads run: sources left, results right.

The method is Sugiyama's (layers, order, coordinates) with two turns of its own. All threads of one source share one
trunk that branches off beside each result, so that a character used in twenty scenes is one line, not twenty. And a
layer holds a limited number of nodes: forty results of one sheet become a block, not a tower.

Pure Python and deterministic: the same nodes and edges give the same picture, in whatever order they come.
"""

from core.studio.layout.picture import Cell, Curve, Layout, Point, layered

__all__ = ["Cell", "Curve", "Layout", "Point", "layered"]

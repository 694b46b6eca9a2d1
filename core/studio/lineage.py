"""The lineage graph: which image was made from which.

Nodes are asset ids, each with its `asset`. Edges run from a source to what was made from it, with the source's `role`
and its place (`order`, from 1) among the sources. Nothing is stored: the graph *is* the assets' sources.

Files can be made by hand, so two things are borne rather than refused. A source that is not in the project becomes a
node whose `asset` is None; of very many missing sources of one image, all but the first become one such node together.
Images that name each other in a circle stay as they are: every walk below visits a node
once, and the layout draws the edge that closes a circle backwards.

This module loads networkx (0.4 s): import it where a graph is wanted, not at start-up.
"""

from __future__ import annotations

import itertools
from collections.abc import Collection, Iterable
from typing import Any, Literal, TypeAlias

import networkx as nx

from core.errors import AssetNotFoundError
from core.models.asset import Asset, Role

Graph: TypeAlias = "nx.DiGraph[str]"
MOST_MISSING = 20  # missing sources of one image that are nodes of their own


def lineage_graph(assets: Iterable[Asset], dangling: Literal["note", "omit"] = "note") -> Graph:
    """Return the graph of `assets`, in their order.

    A source that is not among them becomes a node without an asset ("note"), or is left out ("omit"); past 20 of one
    asset the rest is one node, "7 more missing". An asset that names one source twice has one edge from it, with the
    first role.
    """
    graph: Graph = nx.DiGraph()
    known = {asset.id: asset for asset in assets}
    for asset in known.values():
        graph.add_node(asset.id, asset=asset)
    for asset in known.values():
        missing: dict[str, None] = {}
        for order, source in enumerate(asset.recipe.sources, start=1):
            if source.asset_id not in known:
                missing.setdefault(source.asset_id)
                if dangling == "omit" or len(missing) > MOST_MISSING:
                    continue
                graph.add_node(source.asset_id, asset=None)
            if not graph.has_edge(source.asset_id, asset.id):
                graph.add_edge(source.asset_id, asset.id, role=source.role, order=order)
        if dangling == "note" and len(missing) > MOST_MISSING:
            _add_the_rest(graph, asset, len(missing) - MOST_MISSING)
    return graph


def _add_the_rest(graph: Graph, asset: Asset, count: int) -> None:
    # no asset's id has a slash, so this node is nobody else's
    node = f"{count} more missing / {asset.id}"
    graph.add_node(node, asset=None)
    graph.add_edge(node, asset.id, role=Role.OTHER, order=len(asset.recipe.sources) + 1)


def graph_json(graph: Graph) -> dict[str, list[dict[str, str]]]:
    """Return the images of the graph and the edges between them as plain JSON values, sorted.

    Sources that are not in the project are left out, with their edges: every node is a file, every edge joins two.
    """
    images = present(graph)
    edges = sorted(
        (target, data["order"], source, str(data["role"]))
        for source, target, data in graph.edges(data=True)
        if source in images
    )
    return {
        "nodes": [{"id": node} for node in sorted(images)],
        "edges": [{"source": source, "target": target, "role": role} for target, _, source, role in edges],
    }


def present(graph: Graph) -> frozenset[str]:
    """Return the nodes whose image is in the project."""
    return frozenset(node for node in graph if asset_of(graph, node) is not None)


def asset_of(graph: Graph, asset_id: str) -> Asset | None:
    """Return the asset of a node, or None when the project does not have it."""
    node: dict[str, Any] = graph.nodes[asset_id]
    asset: Asset | None = node["asset"]
    return asset


def ancestors(graph: Graph, asset_id: str) -> frozenset[str]:
    """Return everything an image was made from, at any distance, without itself."""
    return frozenset(nx.ancestors(graph, _known(graph, asset_id)))


def descendants(graph: Graph, asset_id: str) -> frozenset[str]:
    """Return everything that was made from an image, at any distance, without itself."""
    return frozenset(nx.descendants(graph, _known(graph, asset_id)))


def with_ancestors(graph: Graph, asset_ids: Collection[str]) -> Graph:
    """Return the part of the graph that holds these images and everything they were made from."""
    wanted = set(asset_ids).union(*(ancestors(graph, asset_id) for asset_id in asset_ids))
    return _part(graph, wanted)


def neighbourhood(graph: Graph, asset_id: str, hops: int) -> Graph:
    """Return the part of the graph at most `hops` edges away from an image, sources and results alike."""
    undirected = graph.to_undirected(as_view=True)
    near = nx.single_source_shortest_path_length(undirected, _known(graph, asset_id), cutoff=hops)
    return _part(graph, set(near))


def surroundings(graph: Graph, asset_id: str, most: int) -> Graph:
    """Return an image with at most so many nodes around it: what it was made from first, then its newest results.

    Whole rings of sources and results are added as long as they fit.
    """
    near = {_known(graph, asset_id)}
    for hops in itertools.count(1):
        ring = [node for node in neighbourhood(graph, asset_id, hops) if node not in near]
        if not ring or len(near) + len(ring) > most:
            break
        near.update(ring)
    if len(near) == 1:
        results = list(graph.successors(asset_id))
        near.update([*graph.predecessors(asset_id), *reversed(results)][: most - 1])
    return _part(graph, near)


def most_connected(graph: Graph) -> str | None:
    """Return the image with the most sources and results, the first by id of equals; None when there is none."""
    return min(present(graph), key=lambda node: (-graph.degree(node), node), default=None)


def _part(graph: Graph, nodes: set[str]) -> Graph:
    # subgraph() forgets the order of a set's nodes; the graph's own order is kept
    part: Graph = nx.DiGraph()
    part.add_nodes_from((node, graph.nodes[node]) for node in graph if node in nodes)
    part.add_edges_from(edge for edge in graph.edges(data=True) if edge[0] in nodes and edge[1] in nodes)
    return part


def _known(graph: Graph, asset_id: str) -> str:
    if asset_id not in graph:
        raise AssetNotFoundError(f"There is no image {asset_id!r} in this graph. Pick one of its images.")
    return asset_id

import itertools
import random

import networkx as nx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.studio.layout import Cell, layered
from core.studio.layout.layers import slots_of
from core.studio.layout.order import crossings, put_in_order

CELL = Cell()
graphs = st.lists(st.tuples(st.integers(0, 14), st.integers(0, 14)), max_size=40).map(
    lambda pairs: nx.DiGraph([(f"n{one}", f"n{two}") for one, two in pairs])
)


def random_story(size, seed=1):
    """Return a graph in which every node has up to two sources among the thirty before it."""
    dice = random.Random(seed)
    graph = nx.DiGraph()
    graph.add_node("n0")
    for index in range(1, size):
        graph.add_node(f"n{index}")
        for _ in range(dice.randint(0, 2)):
            graph.add_edge(f"n{dice.randint(max(0, index - 30), index - 1)}", f"n{index}")
    return graph


def overlapping(layout):
    """Return the pairs of nodes whose cells overlap."""
    boxes = [(x, y - CELL.above, y + CELL.below) for x, y in layout.positions.values()]
    return [
        (one, two)
        for one, two in itertools.combinations(boxes, 2)
        if abs(one[0] - two[0]) < CELL.width - 1e-6 and one[1] < two[2] - 1e-6 and two[1] < one[2] - 1e-6
    ]


@settings(max_examples=60, deadline=None)
@given(graphs)
def test_every_node_has_a_place_of_its_own(graph):
    """Any graph, circles included, has each node once, inside the sheet, and no two cells overlap."""
    layout = layered(graph)
    assert set(layout.positions) == set(graph)
    assert set(layout.routes) == {edge for edge in graph.edges if edge[0] != edge[1]}
    assert overlapping(layout) == []
    for x, y in layout.positions.values():
        assert CELL.width / 2 - 1e-6 <= x <= layout.width - CELL.width / 2 + 1e-6
        assert CELL.above - 1e-6 <= y <= layout.height - CELL.below + 1e-6


@settings(max_examples=60, deadline=None)
@given(graphs.filter(nx.is_directed_acyclic_graph))
def test_threads_run_from_left_to_right_without_crossing_a_cell(graph):
    """Without circles each result stands right of its sources, and where a thread is inside a column it is level and
    beside every cell."""
    layout = layered(graph)
    half = CELL.width / 2
    for (source, target), way in layout.routes.items():
        assert layout.positions[source][0] < layout.positions[target][0]
        assert way[0][0] == (layout.positions[source][0] + half, layout.positions[source][1])
        assert way[-1][-1] == (layout.positions[target][0] - half, layout.positions[target][1])
        for one, two in itertools.pairwise(way):
            assert one[-1] == two[0]
        for start, _, _, end in way:
            crossed = [
                node
                for node, (x, y) in layout.positions.items()
                if start[0] < x < end[0] and y - CELL.above < start[1] < y + CELL.below
            ]
            assert start[0] < end[0]
            assert crossed == []


def test_the_picture_does_not_depend_on_the_order_of_nodes_and_edges():
    """The same graph, built in another order, is laid out the same."""
    graph = random_story(60)
    shuffled = nx.DiGraph()
    nodes, edges = list(graph), list(graph.edges)
    random.Random(7).shuffle(nodes)
    random.Random(8).shuffle(edges)
    shuffled.add_nodes_from(nodes)
    shuffled.add_edges_from(edges)
    assert layered(shuffled) == layered(graph)


def test_a_chain_is_one_straight_line():
    """Scenes in a row stand in a row, in their order."""
    layout = layered(nx.DiGraph(itertools.pairwise(f"s{index}" for index in range(12))))
    assert len({round(y, 3) for _, y in layout.positions.values()}) == 1
    across = [layout.positions[f"s{index}"][0] for index in range(12)]
    assert across == sorted(across)


def test_a_character_in_every_scene_is_one_trunk():
    """The threads of a sheet to a long row of scenes share one level line and cross nothing."""
    chain = [(f"s{index}", f"s{index + 1}") for index in range(29)]
    graph = nx.DiGraph([("robot", f"s{index}") for index in range(30)] + chain)
    layout = layered(graph)
    assert layout.height < 2 * (CELL.above + CELL.below)
    trunk = {curve[0][1] for index in range(2, 30) for curve in layout.routes["robot", f"s{index}"][1:-1]}
    assert max(trunk) - min(trunk) < 3


def test_crossings_are_counted_and_taken_out():
    """A tangle that can be laid out without a crossing is; the count before it was right."""
    edges = [("a", "z"), ("b", "y"), ("c", "x")]
    slots = slots_of(["a", "b", "c", "x", "y", "z", "r"], [("r", "a"), ("r", "b"), ("r", "c"), *edges])
    assert crossings(slots) == 3
    put_in_order(slots)
    assert crossings(slots) == 0


def test_few_threads_cross_in_a_large_story():
    """The sweeps take out most of the crossings that the given order has."""
    graph = random_story(300)
    slots = slots_of(list(graph), list(graph.edges))
    before = crossings(slots)
    put_in_order(slots)
    assert crossings(slots) < before / 4


@pytest.mark.parametrize("size", [40, 400])
def test_many_results_of_one_sheet_are_a_block_not_a_tower(size):
    """A sheet with very many results is not a hundred times higher than wide."""
    layout = layered(nx.DiGraph([("robot", f"s{index}") for index in range(size)]))
    assert layout.height < 3 * layout.width
    assert overlapping(layout) == []


def test_pictures_that_nothing_joins_fill_a_sheet():
    """Single images stand in rows, as a landscape sheet."""
    graph = nx.DiGraph()
    graph.add_nodes_from(f"n{index}" for index in range(100))
    layout = layered(graph)
    assert 1 < layout.width / layout.height < 3
    assert overlapping(layout) == []


def test_numbers_in_names_count_as_numbers():
    """Among equals scene-2 stands above scene-10."""
    layout = layered(nx.DiGraph([("robot", "scene-10"), ("robot", "scene-2")]))
    assert layout.positions["scene-2"][1] < layout.positions["scene-10"][1]


def test_a_tangle_that_needs_too_many_bends_is_still_laid_out():
    """A graph whose threads would need half a million bends is laid out with the longest ones drawn straight."""
    dice = random.Random(2)
    edges = [(f"n{index}", f"n{index + 1}") for index in range(999)]
    edges += [(f"n{dice.randint(0, index)}", f"n{index + 1}") for index in range(999)]
    layout = layered(nx.DiGraph(edges))
    assert len(layout.positions) == 1000
    assert set(layout.routes) == set(edges)


def test_an_empty_graph_is_an_empty_sheet():
    """Nothing takes no room."""
    layout = layered(nx.DiGraph())
    assert (layout.positions, layout.width, layout.height) == ({}, 0, 0)

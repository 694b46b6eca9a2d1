import pytest

from core.errors import AssetNotFoundError
from core.models.asset import EngineName, Kind, Role
from core.studio.lineage import (
    ancestors,
    asset_of,
    descendants,
    graph_json,
    lineage_graph,
    most_connected,
    neighbourhood,
    present,
    with_ancestors,
)
from core.studio.states import State, state_of
from tests.lineage_samples import asset, story


def test_an_edge_runs_from_each_source_with_its_role_and_place():
    """Edges run from source to result and know the source's role and its place among the sources."""
    graph = lineage_graph(story())
    assert set(graph.predecessors("scene-2")) == {"robot", "scene-1"}
    assert graph.edges["robot", "scene-2"] == {"role": Role.CHARACTER, "order": 1}
    assert graph.edges["scene-1", "scene-2"] == {"role": Role.SCENE, "order": 2}
    assert asset_of(graph, "robot").recipe.name == "Robot sheet"


def test_json_holds_exactly_ids_and_roles_in_a_stable_order():
    """The JSON has exactly the promised keys, and the same text whatever order the assets come in."""
    document = graph_json(lineage_graph(story()))
    assert document == graph_json(lineage_graph(reversed(story())))
    assert document["nodes"][0] == {"id": "archive"}
    assert document["edges"][0] == {"source": "archive", "target": "robot", "role": "archive"}
    assert (len(document["nodes"]), len(document["edges"])) == (6, 8)


def test_a_source_that_is_not_in_the_project_is_a_node_without_an_asset():
    """A missing source is seen in the graph as missing, and the JSON has no edge that leads nowhere."""
    graph = lineage_graph([asset("scene", "lost")])
    assert asset_of(graph, "lost") is None
    assert present(graph) == {"scene"}
    assert graph_json(graph) == {"nodes": [{"id": "scene"}], "edges": []}
    assert "lost" not in lineage_graph([asset("scene", "lost")], dangling="omit")


def test_thousands_of_missing_sources_become_one_node():
    """Past twenty missing sources of one image the rest is one node of its own; sources that are there all stay."""
    missing = [f"lost-{number}" for number in range(20_000)]
    graph = lineage_graph([asset("root"), asset("scene", *missing, "root"), asset("other", *missing[:20], "root")])
    assert set(graph.predecessors("scene")) == {*missing[:20], "root", "19980 more missing / scene"}
    assert set(graph.predecessors("other")) == {*missing[:20], "root"}
    assert graph.edges["root", "scene"]["order"] == 20_001
    assert present(graph) == {"root", "scene", "other"}
    assert len(lineage_graph([asset("scene", *missing)], dangling="omit")) == 1


def test_circles_are_borne():
    """Images that name each other, or themselves, are kept as they are and no walk runs for ever."""
    graph = lineage_graph([asset("a", "b", "a"), asset("b", "a"), asset("c", "b")])
    assert ancestors(graph, "c") == {"a", "b"}
    assert descendants(graph, "a") == {"b", "c"}
    assert {(edge["source"], edge["target"]) for edge in graph_json(graph)["edges"]} == {
        ("a", "a"),
        ("b", "a"),
        ("a", "b"),
        ("b", "c"),
    }


def test_a_source_named_twice_gives_one_edge_with_its_first_role():
    """Naming a source twice does not double its edge."""
    graph = lineage_graph([asset("a"), asset("b", ("a", Role.CHARACTER), ("a", Role.STYLE))])
    assert graph_json(graph)["edges"] == [{"source": "a", "target": "b", "role": "character"}]


def test_ancestors_and_descendants_reach_over_any_distance():
    """Everything before and after an image is found, itself left out."""
    graph = lineage_graph(story())
    assert ancestors(graph, "scene-2") == {"archive", "robot", "scene-1"}
    assert descendants(graph, "scene-2") == {"scene-3", "scene-3b"}
    assert ancestors(graph, "archive") == frozenset()


def test_with_ancestors_keeps_what_the_chosen_images_stand_on():
    """The part for chosen images holds all they were made from, in the graph's order, and nothing else."""
    part = with_ancestors(lineage_graph(story()), ["scene-3"])
    assert list(part) == ["archive", "robot", "scene-1", "scene-2", "scene-3"]
    assert part.edges["robot", "scene-3"]["role"] == Role.CHARACTER


def test_the_neighbourhood_counts_sources_and_results_alike():
    """One hop reaches sources and results; the whole graph is found with enough hops."""
    graph = lineage_graph(story())
    assert set(neighbourhood(graph, "scene-2", 1)) == {"robot", "scene-1", "scene-2", "scene-3", "scene-3b"}
    assert set(neighbourhood(graph, "scene-2", 0)) == {"scene-2"}
    assert set(neighbourhood(graph, "archive", 9)) == set(graph)


def test_the_most_connected_image_is_one_that_is_there():
    """The image with the most edges is found; missing sources never, and nothing in an empty graph."""
    assert most_connected(lineage_graph(story())) == "robot"
    assert most_connected(lineage_graph([asset("z", "lost"), asset("y", "lost")])) == "y"
    assert most_connected(lineage_graph([])) is None


def test_an_unknown_id_is_a_clear_error():
    """Asking about an image that is not there names it."""
    with pytest.raises(AssetNotFoundError, match="'nobody'"):
        ancestors(lineage_graph(story()), "nobody")


@pytest.mark.parametrize(
    ("made", "state"),
    [
        (asset("a", kind=Kind.ARCHIVE, engine=None), State.ARCHIVE),
        (asset("a", kind=Kind.IMAGE, engine=None), State.ARCHIVE),
        (asset("a", kind=Kind.IMAGE, engine=None, prompt="- A robot."), State.GENERATED),
        (asset("a", engine=EngineName.GEMINI), State.GENERATED),
        (asset("a", engine=EngineName.DRAFT), State.DRAFT),
        (None, State.MISSING),
    ],
)
def test_a_state_says_how_an_image_came_to_be(made, state):
    """Archive, generated, draft and missing are told apart by the recipe alone."""
    assert state_of(made) == state

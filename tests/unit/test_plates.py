"""Plates: what is cut out of a page, the chain every object goes through, and the matrix of what is made and stale."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from core.engines.drawing.picture import encode
from core.errors import InvalidImageError, InvalidRequestError, StoryError, WorkspaceError
from core.models.asset import Asset, EngineName, GenerationSettings, Kind, Origin, Recipe, Result, Role, Source
from core.models.plates import Chain, ChainStep, Framing
from core.models.region import Box, Detection, Region
from core.settings import load_settings
from core.store.plates import PlatesFile
from core.store.workspace import Workspace
from core.studio.boards import CardState
from core.studio.context import Studio
from core.studio.detection import with_known_ids
from core.studio.pages.origins import credit_of
from core.studio.planning import RunOptions
from core.studio.plates import objects
from core.studio.plates.composite import known_composite, make_composite
from core.studio.plates.cutting import Cut, cut_out, cut_out_of, is_plates_slug, page_of_slug, plates_slug, whole_slug
from core.studio.plates.fidelity import is_poor, measured
from core.studio.plates.gathering import objects_on, pages_of, plate_records, write_plates
from core.studio.plates.matrix import cell_id, read_chain, read_matrix, set_cell_prompt, set_chain
from core.studio.plates.presets import first_chain, preset, presets
from core.studio.plates.restoring import chain_of
from core.studio.plates.runs import Plate, PlatesOrder, plates_spec, read_plate, whole_spec
from core.studio.plates.sending import ready_on_pages
from core.studio.plates.straighten import straighten_page, straightened_page
from tests import plates as drawn
from tests.samples import encoded, png

DRAFT = RunOptions(engine=EngineName.DRAFT)
UPPER = Region(id="r1", box=Box(ymin=100, xmin=100, ymax=300, xmax=500), label="ship", caption="The\nship.")
LOWER = Region(id="r2", box=Box(ymin=500, xmin=200, ymax=900, xmax=900))


@pytest.fixture
def studio(tmp_path: Path) -> Studio:
    """A studio without an account."""
    return Studio(load_settings(THROUGHLINE_HOME=str(tmp_path / "home")))


@pytest.fixture
def workspace(studio: Studio, tmp_path: Path) -> Workspace:
    """An empty project."""
    return studio.workspace(tmp_path / "project", "Old book")


@pytest.fixture
def page(workspace: Workspace) -> Asset:
    """A page of 200 x 100 pixels with two objects on it."""
    page = workspace.save(Recipe(kind=Kind.PAGE, name="Page 3"), Result(), png(1, (200, 100)), "page-3")
    workspace.detections.save(Detection(number=1, page=page.id, digest=page.digest, regions=(UPPER, LOWER)))
    return page


def chain(*steps: str) -> Chain:
    return Chain(
        steps=tuple(ChainStep(id=name, kind=Kind.RESTORATION, name=name, prompt=f"- {name}") for name in steps)
    )


def matrix_of(studio: Studio, workspace: Workspace, page: Asset, steps: Chain, cut: Cut | None = None) -> object:
    regions = read_plate(workspace, page.id).regions
    return read_matrix(workspace, page, regions, steps, cut or Cut(), DRAFT, studio.catalog)


def size_of(workspace: Workspace, asset: Asset) -> tuple[int, int]:
    return Image.open(io.BytesIO(workspace.read(asset))).size


def test_objects_are_cut_out_at_the_pages_own_pixels(workspace: Workspace, page: Asset) -> None:
    """A cut-out has the box's pixels of the original with the margin around it, as far as the page goes."""
    found = cut_out(workspace, page, (UPPER, LOWER), Cut(margin=10))
    assert {name: size_of(workspace, asset) for name, asset in found.items()} == {"r1": (100, 40), "r2": (160, 60)}
    whole = Image.open(io.BytesIO(workspace.read(page)))
    crop = Image.open(io.BytesIO(workspace.read(found["r1"])))
    assert crop.tobytes() == whole.crop((10, 0, 110, 40)).tobytes()
    assert found["r1"].source_ids == (page.id,)
    assert found["r1"].recipe.kind is Kind.CROP


def test_the_same_cut_is_used_again_and_a_moved_box_is_a_new_version(workspace: Workspace, page: Asset) -> None:
    """Cutting twice stores nothing new; another box or margin makes a version, and words alone make none."""
    first = cut_out(workspace, page, (UPPER,), Cut())["r1"]
    relabelled = UPPER.model_copy(update={"label": "boat"})
    assert cut_out(workspace, page, (relabelled,), Cut())["r1"] == first
    moved = UPPER.model_copy(update={"box": LOWER.box})
    second = cut_out(workspace, page, (moved,), Cut())["r1"]
    assert second.id != first.id
    assert cut_out_of(workspace, page, moved) == second
    assert cut_out(workspace, page, (UPPER,), Cut())["r1"] == first


def test_a_mask_leaves_white_around_the_object(workspace: Workspace, page: Asset) -> None:
    """Along its mask an object stands on white; a mask that is gone falls back to the box."""
    mask = encoded(Image.new("L", (4, 2), 0), "PNG")
    region = UPPER.model_copy(update={"mask": "m"})
    cut = Cut(margin=0, is_by_mask=True)
    empty = cut_out(workspace, page, (region,), cut, {"m": mask})["r1"]
    assert Image.open(io.BytesIO(workspace.read(empty))).getcolors() == [(80 * 20, (255, 255, 255))]
    other = region.model_copy(update={"id": "r9"})
    kept = cut_out(workspace, page, (other,), cut, {})["r9"]
    assert len(Image.open(io.BytesIO(workspace.read(kept))).getcolors(10_000) or ()) > 100


def test_a_composite_shows_the_objects_alone(workspace: Workspace, page: Asset) -> None:
    """It is as large as the page, white but for the boxes, and made once."""
    plate = read_plate(workspace, page.id)
    assert known_composite(workspace, plate, Cut()) is None
    made = make_composite(workspace, plate, Cut())
    assert known_composite(workspace, plate, Cut()) == made == make_composite(workspace, plate, Cut())
    image = Image.open(io.BytesIO(workspace.read(made)))
    assert image.size == (200, 100)
    assert image.getpixel((0, 0)) == (255, 255, 255)
    assert image.crop((20, 10, 100, 30)) == Image.open(io.BytesIO(workspace.read(page))).crop((20, 10, 100, 30))


def test_a_matrix_has_a_row_an_object_and_a_cell_a_step(studio: Studio, workspace: Workspace, page: Asset) -> None:
    """Before anything is cut out every cell is missing; afterwards the first steps can be made, each from its crop."""
    matrix = matrix_of(studio, workspace, page, chain("restore", "colour"))
    assert [row.region.id for row in matrix.rows] == ["r1", "r2"]
    assert matrix.to_cut == (UPPER, LOWER)
    assert {cell.state for row in matrix.rows for cell in row.cells} == {CardState.MISSING}
    cut_out(workspace, page, (UPPER, LOWER), Cut())
    matrix = matrix_of(studio, workspace, page, chain("restore", "colour"))
    assert matrix.to_cut == ()
    colour = matrix.cell("r1", "colour")
    assert [source.id for source in colour.step.sources] == [cell_id(page, "r1", "restore")]
    assert [cell.step.id for cell in matrix.column("colour")] == ["page-3-r1-colour", "page-3-r2-colour"]


def test_a_changed_step_makes_stale_only_what_follows(studio: Studio, workspace: Workspace, page: Asset) -> None:
    """With all cells made, another prompt for the second step leaves the first as it is and the third to be made."""
    steps = chain("restore", "colour", "film")
    _make_all(studio, workspace, page, steps)
    assert _states(studio, workspace, page, steps) == {CardState.CURRENT: 6}
    changed = Chain(steps=(steps.steps[0], steps.steps[1].model_copy(update={"prompt": "- bolder"}), steps.steps[2]))
    matrix = matrix_of(studio, workspace, page, changed)
    assert [[cell.is_to_make for cell in row.cells] for row in matrix.rows] == [[False, True, True]] * 2


def test_a_prompt_for_one_cell_is_that_cells_alone(studio: Studio, workspace: Workspace, page: Asset) -> None:
    """Words typed for one object change its cell and what follows; emptied, the step's own words are back."""
    steps = chain("restore", "colour")
    _make_all(studio, workspace, page, steps)
    set_cell_prompt(workspace, page, cell_id(page, "r1", "restore"), "- mind the mast")
    matrix = matrix_of(studio, workspace, page, steps)
    assert [[cell.is_to_make for cell in row.cells] for row in matrix.rows] == [[True, True], [False, False]]
    set_cell_prompt(workspace, page, cell_id(page, "r1", "restore"), "")
    assert _states(studio, workspace, page, steps) == {CardState.CURRENT: 4}


def test_a_run_cuts_out_first_and_makes_what_is_before(studio: Studio, workspace: Workspace, page: Asset) -> None:
    """Asked for one cell, a run has the missing cell before it too, and begins with the cut-outs."""
    plate, order = read_plate(workspace, page.id), PlatesOrder(chain("restore", "colour"), Cut(), DRAFT)
    spec = plates_spec(studio, workspace, plate, order, (cell_id(page, "r2", "colour"),))
    assert spec.step_ids == ("page-3-r2-restore", "page-3-r2-colour")
    assert spec.starting == {"r2": "page-3-r2"}
    assert (workspace.folder / "stories" / f"{plates_slug(page)}.yaml").is_file()
    with pytest.raises(StoryError, match="Find objects first"):
        plates_spec(studio, workspace, Plate(page, (), {}), order)


def test_another_language_makes_nothing_stale(studio: Studio, workspace: Workspace, page: Asset) -> None:
    """The chain that images were made by is kept: in another language the first chain's prompts are other ones."""
    _make_all(studio, workspace, page, first_chain("en"))
    assert read_chain(workspace, "zh_CN") == first_chain("en") != first_chain("zh_CN")


def test_a_restoration_that_strays_is_known(studio: Studio, workspace: Workspace, page: Asset) -> None:
    """Another picture than the crop is known to stray once it was measured, and what redraws on purpose never is."""
    crop = workspace.save(Recipe(kind=Kind.CROP, name="crop"), Result(), png(3, (200, 200)), "crop")
    other = workspace.save(Recipe(kind=Kind.RESTORATION, name="other"), Result(), png(9, (200, 200)), "other")
    looks = workspace.save(Recipe(kind=Kind.TRANSFORMATION, name="looks"), Result(), png(9, (200, 200)), "looks")
    assert not is_poor(studio, crop, other), "nothing was measured yet"
    for made in (other, looks):
        measured(studio, workspace, [crop], made)
    assert is_poor(studio, crop, other)
    assert not is_poor(studio, crop, looks)


def test_a_whole_picture_goes_through_the_chain(studio: Studio, workspace: Workspace, page: Asset) -> None:
    """Without cutting, the first step is made from the picture itself, and the story is not shown among stories."""
    spec = whole_spec(studio, workspace, page, PlatesOrder(chain("restore", "colour"), Cut(), DRAFT))
    assert spec.starting == {"plate": page.id}
    assert spec.step_ids == ("page-3-restore", "page-3-colour")
    assert spec.slug == whole_slug(page)
    assert is_plates_slug(spec.slug)
    assert (page_of_slug(spec.slug), page_of_slug(plates_slug(page)), page_of_slug("story")) == ("", page.id, "")


def test_an_object_found_again_keeps_its_name() -> None:
    """A new search gives an object that overlaps a known one that one's id, and a new object a free one."""
    before = Detection(number=1, page="p", digest="d", regions=(UPPER, LOWER))
    new = Region(id="r1", box=Box(ymin=0, xmin=0, ymax=50, xmax=50))
    near = Region(id="r2", box=Box(ymin=105, xmin=100, ymax=300, xmax=500))
    found = with_known_ids(Detection(number=1, page="p", digest="d", regions=(new, near)), before)
    assert [region.id for region in found.regions] == ["r3", "r1"]


def test_drawn_boxes_change_what_they_touch() -> None:
    """A box left alone keeps words, mask and flags; a moved one its words; a new one comes last without an id."""
    masked = UPPER.model_copy(update={"mask": "m"})
    moved = Box(ymin=110, xmin=100, ymax=300, xmax=500)
    drawn = objects.with_boxes((masked, LOWER), [("r1", moved), ("n5", LOWER.box)])
    assert [(region.id, region.label, region.mask) for region in drawn] == [("r1", "ship", ""), ("", "", "")]
    assert objects.with_boxes((masked, LOWER), [("r1", masked.box), ("r2", LOWER.box)]) == (masked, LOWER)


@given(st.integers(-5, 9))
def test_the_reading_order_is_the_order_of_regions(place: int) -> None:
    """Whatever place is asked for, every object is still there once."""
    regions = tuple(UPPER.model_copy(update={"id": f"r{number}"}) for number in range(4))
    moved = objects.reordered(regions, "r2", place)
    assert sorted(region.id for region in moved) == ["r0", "r1", "r2", "r3"]
    assert [region.id for region in moved].index("r2") == min(max(0, place), 3)


def test_labels_are_counted() -> None:
    """The most frequent label comes first; those without one are counted too."""
    regions = (LOWER, UPPER, UPPER.model_copy(update={"id": "r3"}))
    assert objects.by_label(regions) == {"ship": 2, "": 1}


def test_every_preset_speaks_both_languages() -> None:
    """Each has a name and a prompt in English and Chinese, no blank left in it, framing as asked."""
    for found in presets():
        for language in ("en", "zh_CN"):
            for has_cover in (False, True):
                text = found.prompt(language, has_cover=has_cover)
                assert "{" not in text
                assert text.splitlines()[0].startswith("- ")
        assert found.prompt("en") != found.prompt("zh_CN")
        assert len({found.prompt("en", framing) for framing in Framing}) == len(Framing)
    kinds = {(found.plate, found.wording) for found in presets() if found.kind is Kind.RESTORATION}
    assert kinds == {
        (plate, wording) for plate in ("flat", "tilted", "warped") for wording in ("imperative", "descriptive")
    }


def test_restorations_ask_for_little_chance_where_that_is_honoured(studio: Studio) -> None:
    """The settings of a restoration are kept for a model that honours them and dropped for one that does not."""
    careful = preset("restore-flat").step("en").settings
    assert careful.temperature == 0.2
    assert studio.catalog.model("gemini-nano-banana-2.1").honoured(careful) == GenerationSettings()
    assert studio.catalog.model("gemini-3.1-flash-image").honoured(careful) == careful


def test_chains_are_kept_with_the_project(workspace: Workspace) -> None:
    """Until one is set the first chain is used; steps can be saved and dropped; a damaged file is a clear error."""
    assert read_chain(workspace, "en") == first_chain("en")
    set_chain(workspace, chain("restore"))
    assert read_chain(workspace, "zh_CN") == chain("restore")
    plates = PlatesFile(workspace.folder)
    plates.save_step(chain("mine").steps[0])
    assert [step.name for step in plates.read().saved] == ["mine"]
    plates.forget_step("mine")
    assert plates.read().saved == ()
    (workspace.folder / "plates.json").write_text("[]", encoding="utf-8")
    with pytest.raises(WorkspaceError, match="damaged"):
        read_chain(workspace, "en")


def test_steps_are_named_in_the_terminal() -> None:
    """Short names stand for presets, a step twice gets a number, an unknown one is refused with what there is."""
    assert [step.id for step in chain_of(("restore", "colourise", "restore")).steps] == [
        "restore-flat",
        "colourise",
        "restore-flat-2",
    ]
    with pytest.raises(InvalidRequestError, match=r"'polish'.*cinematise"):
        chain_of(("restore", "polish"))


def test_a_page_is_straightened_once_and_owed_to_the_same(workspace: Workspace) -> None:
    """The straight page is a page of its own, made from the other and credited like it; a blank one is refused."""
    origin = Origin(title="Denver", credit="City Library")
    crooked, _ = drawn.tilted(drawn.on_paper(drawn.text_page(5)), 3.0)
    page = workspace.save(Recipe(kind=Kind.PAGE, origin=origin), Result(), encode(crooked), "leaf")
    straight = straighten_page(workspace, page)
    assert straighten_page(workspace, page) == straight == straightened_page(workspace, page)
    assert (straight.recipe.kind, straight.source_ids, straight.recipe.name) == (
        Kind.PAGE,
        ("leaf",),
        "leaf, straightened",
    )
    assert credit_of(workspace, straight) == origin
    with pytest.raises(InvalidImageError, match="straight already"):
        straighten_page(workspace, workspace.save(Recipe(kind=Kind.PAGE), Result(), png(3, (300, 300)), "blank"))


def test_plates_are_gathered_in_the_order_of_their_steps(studio: Studio, workspace: Workspace, page: Asset) -> None:
    """A record has the cut-out and the chosen images made of it, one from the other; without objects there is none."""
    steps = chain("restore", "colour")
    _make_all(studio, workspace, page, steps)
    records = plate_records(workspace)
    assert [[image.id for image in record.images] for record in records] == [
        ["page-3-r1", "page-3-r1-restore", "page-3-r1-colour"],
        ["page-3-r2", "page-3-r2-restore", "page-3-r2-colour"],
    ]
    empty = workspace.save(Recipe(kind=Kind.PAGE), Result(), png(9), "blank")
    with pytest.raises(WorkspaceError, match="Find objects first"):
        write_plates(workspace, "csv", workspace.folder / "x.csv", [empty])


def test_a_step_taken_out_of_the_chain_does_not_come_out(studio: Studio, workspace: Workspace, page: Asset) -> None:
    """Exports follow the chain as it is: where two pictures were made from one, the chain's step goes out."""
    _make_all(studio, workspace, page, chain("restore", "colour"))
    _make_all(studio, workspace, page, chain("restore", "ink"))
    set_chain(workspace, chain("restore", "ink"))
    assert [record.images[-1].recipe.step for record in plate_records(workspace)] == ["page-3-r1-ink", "page-3-r2-ink"]
    set_chain(workspace, chain("restore", "colour"))
    assert {record.images[-1].recipe.step[-6:] for record in plate_records(workspace)} == {"colour"}


def test_a_picture_that_was_searched_is_a_page(workspace: Workspace, page: Asset) -> None:
    """What the studio shows among the pages goes out with all pages, whatever it was brought in as."""
    archive = workspace.save(Recipe(kind=Kind.ARCHIVE), Result(), png(7, (200, 100)), "photo")
    workspace.save(Recipe(kind=Kind.ARCHIVE), Result(), png(8, (200, 100)), "unsearched")
    workspace.detections.save(Detection(number=1, page=archive.id, digest=archive.digest, regions=(UPPER,)))
    assert [record.page.id for record in plate_records(workspace)] == ["page-3", "page-3", "photo"]
    assert objects_on(workspace, pages_of(workspace)) == (2, 3)


@pytest.mark.parametrize("form", ["zip", "pdf", "csv", "coco", "label-studio", "references"])
def test_every_export_is_written(studio: Studio, workspace: Workspace, page: Asset, form: str, tmp_path: Path) -> None:
    """Each form is a file with the plates in it."""
    cut_out(workspace, page, (UPPER, LOWER), Cut())
    assert write_plates(workspace, form, tmp_path / f"out-{form}.zip") == 2
    assert (tmp_path / f"out-{form}.zip").stat().st_size > 50


def _make_all(studio: Studio, workspace: Workspace, page: Asset, steps: Chain) -> None:
    """Store an image for every cell, as a run of the draft engine would."""
    plate = read_plate(workspace, page.id)
    spec = plates_spec(studio, workspace, plate, PlatesOrder(steps, Cut(), DRAFT))
    from core.studio.planning import Planner

    planner = Planner(workspace, spec.story, spec.slug, spec.options, studio.catalog)
    made = {name: workspace.get(asset_id) for name, asset_id in spec.starting.items()}
    for number, step in enumerate(spec.story.ordered()):
        recipe = planner.recipe(step, [made[source.id] for source in step.sources])
        known = workspace.with_fingerprint(recipe.fingerprint)
        made[step.id] = known[-1] if known else workspace.save(recipe, Result(), png(100 + number), step.id)
        workspace.choices.choose(spec.slug, step.id, made[step.id].id)


def _states(studio: Studio, workspace: Workspace, page: Asset, steps: Chain) -> dict[CardState, int]:
    counts: dict[CardState, int] = {}
    for row in matrix_of(studio, workspace, page, steps).rows:
        for cell in row.cells:
            counts[cell.state] = counts.get(cell.state, 0) + 1
    return counts


def test_what_is_ready_on_all_pages(workspace: Workspace, page: Asset, tmp_path: Path) -> None:
    """Of every object of every page one image at most is ready: the first of the chain that is missing."""
    studio = Studio(load_settings(THROUGHLINE_HOME=str(tmp_path / "home"), GEMINI_API_KEY="k" * 40))
    other = workspace.save(Recipe(kind=Kind.PAGE, name="Page 4"), Result(), png(2, (200, 100)), "page-4")
    bare = workspace.save(Recipe(kind=Kind.PAGE, name="Page 5"), Result(), png(3, (200, 100)), "page-5")
    workspace.detections.save(Detection(number=1, page=other.id, digest=other.digest, regions=(LOWER,)))
    options = RunOptions(engine=EngineName.GEMINI, default_model="gemini-3-pro-image")
    order = PlatesOrder(chain("clean", "tint"), Cut(), options)
    pages = [page.id, other.id, bare.id]

    def ready() -> list[str]:
        return [recipe.step for recipe in ready_on_pages(studio, workspace, pages, order)]

    assert ready() == ["page-3-r1-clean", "page-3-r2-clean", "page-4-r2-clean"]
    (first, *_) = ready_on_pages(studio, workspace, pages, order)
    made = workspace.save(first, Result(), png(9), first.step)
    workspace.choices.choose(first.story, first.step, made.id)
    assert ready() == ["page-3-r1-tint", "page-3-r2-clean", "page-4-r2-clean"]


def test_a_straightened_page_stands_behind_its_page(workspace: Workspace) -> None:
    """The straight page of one that came in earlier is not looked for at the end of hundreds."""
    first = workspace.save(Recipe(kind=Kind.PAGE), Result(), png(7, (60, 40)), "leaf-1")
    workspace.save(Recipe(kind=Kind.PAGE), Result(), png(8, (60, 40)), "leaf-2")
    source = Source(asset_id=first.id, role=Role.PAGE, digest=first.digest)
    workspace.save(Recipe(kind=Kind.PAGE, sources=(source,)), Result(), png(9, (60, 40)), "leaf-1-straight")
    order = [page.id for page in pages_of(workspace) if page.id.startswith("leaf")]
    assert order == ["leaf-1", "leaf-1-straight", "leaf-2"]

"""A shared studio: nothing is seen before signing in, and nobody sees or stops what is another's."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from core.errors import StudioError
from core.models.asset import EngineName, Kind, Recipe, Result
from core.settings import load_settings
from core.studio.background import begin_recipes, view_run
from core.studio.context import Studio
from core.studio.runner import Runner
from core.studio.runs import cancel_run
from core.studio.specs import RecipesSpec
from tests.browser.harness import AUTH, ROOT, StudioServer, Visits, wait_idle, wait_until
from tests.standin import StandIn

PATHS = ["/", *(f"/{path.stem}" for path in sorted((ROOT / "pages").glob("*.py")))]


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StudioServer]:
    """A studio with sign-in, and a project that belongs to nobody who signs in."""
    with StudioServer(tmp_path_factory.mktemp("shared"), secrets=AUTH) as running:
        yield running


@pytest.fixture(scope="module")
def secret_project(shared: StudioServer) -> str:
    """The uuid of a project with a picture in it, made on the server's machine."""
    studio = shared.studio()
    workspace = studio.workspace(shared.home / "projects" / "secret", "The secret project")
    data = Path(shared.folder / "red.png")
    Image.new("RGB", (64, 48), "red").save(data)
    workspace.save(Recipe(kind=Kind.ARCHIVE, name="secret-picture"), Result(), data.read_bytes(), "secret-picture")
    return workspace.uuid


def _signed_in(server: StudioServer, open_page: Visits, name: str, path: str = "/") -> Page:
    context = open_page.visitor(server)
    server.sign_in(context, name)
    page = context.new_page()
    page.goto(server.url + path)
    wait_idle(page)
    return page


def test_every_door_is_closed(shared: StudioServer, secret_project: str, open_page: Visits) -> None:
    """Whoever has not signed in sees the sign-in screen on every page, and nothing of any project."""
    page = open_page(shared, f"/?project={secret_project}")
    for path in PATHS:
        page.goto(f"{shared.url}{path}?project={secret_project}")
        wait_idle(page)
        expect(page.get_by_role("button", name="Sign in")).to_be_visible()
        text = page.locator("body").inner_text()
        assert "secret" not in text
        assert "Engine" not in text
        assert "Lineage" not in text
        assert not page.locator("img[src*='picture']").count()


def test_a_forged_sign_in_is_none(shared: StudioServer, open_page: Visits) -> None:
    """A cookie that this server did not sign opens nothing."""
    context = open_page.visitor(shared)
    context.add_cookies([{"name": "_streamlit_user", "value": '{"is_logged_in":true,"sub":"a"}', "url": shared.url}])
    page = context.new_page()
    page.goto(shared.url)
    wait_idle(page)
    expect(page.get_by_role("button", name="Sign in")).to_be_visible()


def test_a_project_is_its_owners(shared: StudioServer, secret_project: str, open_page: Visits) -> None:
    """A project made by one is in nobody else's list, and its address opens nothing for them; its owner comes back."""
    ann = _signed_in(shared, open_page, "ann")
    ann.get_by_role("button", name="New project").click()
    ann.get_by_label("Title").fill("Ann's own")
    ann.get_by_role("button", name="Make the project").click()
    ann.wait_for_url("**/character_sheet*")
    wait_idle(ann)
    theirs = ann.url.split("project=")[1].split("&")[0]
    for uuid in (theirs, secret_project):
        bob = _signed_in(shared, open_page, "bob", f"/?project={uuid}")
        assert "project=" not in bob.url
        assert "Ann's own" not in bob.content()
        assert "secret" not in bob.locator("body").inner_text()
    again = _signed_in(shared, open_page, "ann", f"/lineage?project={theirs}")
    expect(again.get_by_label("Project", exact=True)).to_have_value("Ann's own")


@pytest.fixture
def run_of_ann(shared: StudioServer, standin: StandIn) -> Iterator[str]:
    """A run of Ann's that waits for an answer; her project's folder is made with it."""
    standin.fail_next("silent")
    settings = load_settings(
        THROUGHLINE_HOME=str(shared.home), GEMINI_API_KEY=standin.key, GOOGLE_GEMINI_BASE_URL=standin.url
    )
    studio = Studio(settings).for_user("https://id.test#ann")
    workspace = studio.workspace(shared.home / "anns")
    model = next(facts.id for facts in studio.catalog.models if facts.engine is EngineName.GEMINI)
    recipe = Recipe(kind=Kind.IMAGE, prompt="A hare", composed="A hare", engine=EngineName.GEMINI, model=model)
    spec = RecipesSpec(
        project=str(workspace.folder), title="The hares of Ann", recipes={"a": recipe}, concurrency=1, user=studio.user
    )
    with ThreadPoolExecutor(1) as aside:  # a runner cannot live in a thread with an event loop, as Playwright's has
        run = aside.submit(begin_recipes, studio, spec).result()
        wait_until(lambda: standin.requests, "the call")
        yield run
        assert Runner.current is not None
        aside.submit(Runner.current.close).result()
    studio.close()


def test_a_run_is_its_owners(shared: StudioServer, run_of_ann: str, open_page: Visits) -> None:
    """A run under way is seen and cancelled by who started it; another's page neither shows nor stops it."""
    bob = _signed_in(shared, open_page, "bob", f"/scene_sequencer?run={run_of_ann}")
    assert "The hares" not in bob.content()
    assert not bob.get_by_role("button", name="Cancel").count()
    theirs = shared.studio().for_user("https://id.test#bob")
    with pytest.raises(StudioError, match="There is no run"):
        cancel_run(theirs, run_of_ann)
    with pytest.raises(StudioError, match="There is no run"):
        view_run(theirs, run_of_ann)
    ann = _signed_in(shared, open_page, "ann")
    expect(ann.get_by_text("The hares of Ann")).to_be_visible()
    ann.get_by_role("button", name="Cancel").click()
    wait_until(lambda: view_run(shared.studio(), run_of_ann).is_cancelled, "cancelling", ann)

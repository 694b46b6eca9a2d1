"""A project with a book page in a studio's server, and hands on its boxes: a mouse's and a finger's."""

from __future__ import annotations

from playwright.sync_api import Locator, Page

from core.models.asset import Kind, Recipe, Result
from core.models.region import Box, Detection, Region
from core.store.workspace import Workspace
from tests.browser.harness import StudioServer
from tests.samples import png


def book(
    server: StudioServer, *regions: Region, label: str = "ship", data: bytes | None = None
) -> tuple[Workspace, str]:
    """Make a project with one page, with these objects on it; return it and the address of the page."""
    workspace = server.studio().workspace(server.home / "projects" / "book", "Old book")
    page = workspace.save(Recipe(kind=Kind.PAGE, name=label), Result(), data or png(1, (600, 400)), "page-1")
    if regions:
        workspace.detections.save(Detection(number=1, page=page.id, digest=page.digest, regions=regions))
    return workspace, f"/book_pages?project={workspace.uuid}"


def region(name: str, left: float, label: str = "ship") -> Region:
    return Region(id=name, box=Box(ymin=100, xmin=left, ymax=600, xmax=left + 300), label=label, caption="A\nship.")


def regions_of(workspace: Workspace, page: str = "page-1") -> tuple[Region, ...]:
    found = workspace.detections.current(page)
    return found.regions if found else ()


def middle(thing: Locator) -> tuple[float, float]:
    """Bring a thing into sight and return the place of its middle on the screen."""
    thing.scroll_into_view_if_needed()
    box = thing.bounding_box()
    assert box is not None
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def drag(page: Page, thing: Locator, dx: float, dy: float) -> None:
    """Take a thing by its middle with the mouse and let it go somewhere else."""
    x, y = middle(thing)
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + dx / 2, y + dy / 2)
    page.mouse.move(x + dx, y + dy)
    page.mouse.up()


def drag_by_finger(page: Page, thing: Locator, dx: float, dy: float) -> None:
    """Take a thing by its middle with a finger and let it go somewhere else."""
    x, y = middle(thing)
    fingers = page.context.new_cdp_session(page)
    for kind, share in (("touchStart", 0.0), ("touchMove", 0.5), ("touchMove", 1.0)):
        points = [{"x": x + dx * share, "y": y + dy * share}]
        fingers.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})
    fingers.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    fingers.detach()

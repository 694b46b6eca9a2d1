"""The prompt lab in a real Chromium: from words to a picture, its answer, its words again, and a block's receipt."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from core.models.asset import Kind
from core.store.drafts import DraftsFile
from core.store.templates import TemplatesFile
from core.store.workspace import Workspace
from tests.browser.harness import StudioServer, Visits, wait_idle, wait_until
from tests.samples import keep, png
from tests.standin import StandIn
from tests.standin.replies import as_answer, image_part

PRO = "gemini-3-pro-image"
HOSTILE = "<img src=x onerror=alert(1)> ![x](http://evil.test/a.png) **b** :material/home:"


def _project(server: StudioServer) -> Workspace:
    return server.studio().workspace(server.home / "projects" / "trials", "Trials")


def _lab(open_page: Visits, server: StudioServer, workspace: Workspace, **options: object) -> Page:
    page = open_page(server, f"/prompt_lab?project={workspace.uuid}", **options)
    expect(page.get_by_label("Prompt", exact=True)).to_be_visible()
    return page


def _write(page: Page, text: str) -> None:
    page.get_by_label("Prompt", exact=True).fill(text)
    page.keyboard.press("Tab")
    wait_idle(page)


def _make(page: Page, label: str) -> None:
    button = page.get_by_role("button", name=re.compile(label))
    expect(button).to_be_enabled()
    button.click()


def test_from_a_template_to_a_draft_and_on(studio: StudioServer, open_page: Visits) -> None:
    """A template's example becomes a free draft, the draft a reference of the next prompt, and its words come back."""
    workspace = _project(studio)
    page = _lab(open_page, studio, workspace)
    page.get_by_role("button", name="Begin with a template").click()
    page.get_by_role("button", name="Use its example").click()
    expect(page.get_by_label("Prompt", exact=True)).to_have_value(re.compile("an old clockmaker"))
    wait_idle(page)
    _make(page, "Make 1 image · free")
    page.get_by_role("button", name="Work on it").click()
    expect(page.get_by_text("Image 1:").first).to_be_visible()
    wait_idle(page)
    _write(page, "The same place at night.")
    _make(page, "Make 1 image · free")
    expect(page.locator(".gallery .item")).to_have_count(2)
    wait_idle(page)
    workspace.sync()
    first, second = workspace.assets()
    assert second.source_ids == (first.id,)
    page.locator(".gallery .item").nth(1).click()
    wait_idle(page)
    page.get_by_role("button", name="Use its words").click()
    expect(page.get_by_label("Prompt", exact=True)).to_have_value(re.compile("an old clockmaker"))


def test_a_template_of_ones_own(studio: StudioServer, open_page: Visits) -> None:
    """A prompt with a blank is saved as a template, chosen again by its tag, and its blank filled in."""
    page = _lab(open_page, studio, _project(studio))
    _write(page, "A {thing} at night, seen from above.")
    page.get_by_role("button", name="Begin with a template").click()
    page.get_by_text("Save the prompt as a template").click()
    page.get_by_label("Title of the template").fill("Night scene")
    page.get_by_label("Tags").fill("night")
    page.keyboard.press("Tab")
    wait_idle(page)
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("The template is saved.")).to_be_visible()
    wait_idle(page)
    (saved,) = TemplatesFile(studio.home).current()
    assert (saved.title, saved.blanks, saved.tags) == ("Night scene", ("thing",), ("night",))
    page.get_by_role("radio", name="night").click()
    wait_idle(page)
    page.get_by_label("Thing").fill("lantern")
    page.keyboard.press("Tab")
    wait_idle(page)
    page.get_by_role("button", name="Use it", exact=True).click()
    expect(page.get_by_label("Prompt", exact=True)).to_have_value("A lantern at night, seen from above.")
    expect(page.get_by_text("Template: Night scene")).to_be_visible()


def test_a_turntable_is_made_view_by_view(gemini_studio: StudioServer, standin: StandIn, open_page: Visits) -> None:
    """From a sheet the views are made in one run, each seen as it comes, and stand beside each other at its end."""
    workspace = _project(gemini_studio)
    DraftsFile(workspace.folder).write("lab/references", [[keep(workspace, "hare").id, ""]])
    page = _lab(open_page, gemini_studio, workspace)
    page.get_by_role("button", name="Begin with a template").click()
    page.get_by_role("combobox", name=re.compile("Template")).click()
    page.get_by_role("option", name="Turntable views").click()
    expect(page.get_by_label("Pose")).to_be_visible()
    wait_idle(page)
    page.get_by_role("button", name="Use its example").click()
    page.get_by_role("textbox", name="Views, one a line").fill("the front\nthe right side\nthe back")
    page.keyboard.press("Tab")
    _make(page, r"Make 3 images · about \$0\.10")
    expect(page.get_by_role("button", name=re.compile("Make 3 images again"))).to_be_visible()
    expect(page.locator(".st-key-turntable img[src*='/picture/']")).to_have_count(3)
    wait_idle(page)
    assert [len(sent.images) for sent in standin.requests] == [1, 2, 3]


def test_typing_makes_nothing(gemini_studio: StudioServer, standin: StandIn, open_page: Visits) -> None:
    """A pause in typing, and a click elsewhere out of the prompt, save the words and pay for nothing; the keys do."""
    workspace = _project(gemini_studio)
    page = _lab(open_page, gemini_studio, workspace)
    drafts = DraftsFile(workspace.folder)
    prompt = page.get_by_label("Prompt", exact=True)
    prompt.press_sequentially("A calm robot")
    wait_until(lambda: drafts.read().get("lab/prompt") == "A calm robot", "the words are saved", page)
    prompt.press_sequentially(" at noon")
    page.get_by_text("Reference images").first.click()
    wait_until(lambda: drafts.read().get("lab/prompt") == "A calm robot at noon", "the words are saved", page)
    wait_idle(page)
    expect(page.get_by_role("button", name=re.compile("Make 1 image"))).to_be_enabled()
    assert not standin.requests
    prompt.press("Control+Enter")
    expect(page.locator(".gallery .item")).to_have_count(1)
    assert len(standin.requests) == 1


def test_advice_is_followed_with_one_click(studio: StudioServer, open_page: Visits) -> None:
    """A vague word is advised against below the prompt; one click leaves it out, and the hint goes."""
    page = _lab(open_page, studio, _project(studio))
    _write(page, "A beautiful robot at dawn, seen from above")
    page.get_by_text(re.compile("hints? for this prompt")).click()
    page.get_by_role("button", name="Leave it out").click()
    expect(page.get_by_label("Prompt", exact=True)).to_have_value("A robot at dawn, seen from above")
    wait_idle(page)
    expect(page.get_by_role("button", name="Leave it out")).to_have_count(0)


def test_a_whole_answer_is_shown(gemini_studio: StudioServer, standin: StandIn, open_page: Visits) -> None:
    """With thoughts and search on, thoughts, words, sources and the suggestions that must be shown stand below."""
    workspace = _project(gemini_studio)
    DraftsFile(workspace.folder).write("lab/model", "gemini-3.1-flash-image")
    page = _lab(open_page, gemini_studio, workspace)
    _write(page, "A quetzal in the morning light")
    page.get_by_test_id("stMain").get_by_role("button", name="More").click()
    page.get_by_text("Keep the model's thoughts").click()
    wait_idle(page)
    page.get_by_role("combobox", name=re.compile("May look things up")).click()
    page.get_by_role("option", name="Web and images").click()
    wait_idle(page)
    page.keyboard.press("Escape")
    _make(page, r"Make 1 image · up to \$0\.11 with search")
    page.get_by_text("The model's thoughts").click()
    expect(page.get_by_text("First the composition.")).to_be_visible()
    expect(page.locator("iframe.suggestions")).to_have_attribute("sandbox", re.compile("^(?!.*scripts)(?!.*same)"))
    expect(page.frame_locator("iframe.suggestions").get_by_text("quetzal")).to_be_visible()
    page.get_by_text("Sources", exact=True).click()
    expect(page.get_by_role("link", name="The quetzal")).to_have_attribute("href", "https://birds.example/quetzal")
    (sent,) = standin.requests
    assert sent.config["thinkingConfig"] == {"includeThoughts": True}


def test_an_illustrated_recipe_can_be_read(gemini_studio: StudioServer, standin: StandIn, open_page: Visits) -> None:
    """Words and pictures in turn stay in their order, and what the model writes is inert."""
    parts = [
        {"text": f"First chop. {HOSTILE}"},
        image_part(png(1), "image/png"),
        {"text": "Then stir."},
        image_part(png(2), "image/png"),
    ]
    standin.answer_next(as_answer(parts))
    page = _lab(open_page, gemini_studio, _project(gemini_studio))
    _write(page, "An illustrated recipe for soup, seen from above")
    _make(page, "Make 1 image")
    answer = page.get_by_test_id("stExpander").filter(has_text="The whole answer")
    expect(answer.get_by_text("Then stir.")).to_be_visible()
    expect(answer.locator("img[src*='/picture/']")).to_have_count(2)
    wait_idle(page)
    assert page.locator("img[src*='evil'], img[onerror]").count() == 0


def test_a_block_is_a_receipt(gemini_studio: StudioServer, standin: StandIn, open_page: Visits) -> None:
    """A block says what was stopped, by which rule, in which words; each way out is a click; nothing is stored."""
    standin.fail_when("hat", "blocked_image_safety")
    workspace = _project(gemini_studio)
    robot = keep(workspace, "robot", 1, kind=Kind.ARCHIVE, name="robot")
    ink = keep(workspace, "ink", 2, kind=Kind.ARCHIVE, name="ink")
    for name, value in {"references": [[robot.id, "character"], [ink.id, "style"]], "model": PRO}.items():
        DraftsFile(workspace.folder).write(f"lab/{name}", value)
    page = _lab(open_page, gemini_studio, workspace)
    _write(page, f"A hat. {HOSTILE}")
    _make(page, "Make 1 image")
    expect(page.get_by_text("Stopped after it was drawn: the picture that the model made.")).to_be_visible()
    expect(page.get_by_text("Rule: the safety rules for pictures (IMAGE_SAFETY)")).to_be_visible()
    expect(page.get_by_text("I will not draw this.")).to_be_visible()
    wait_idle(page)
    page.get_by_role("button", name="Leave out image 2: ink (Style only)").click()
    expect(page.get_by_text("Image 2: ink")).to_have_count(0)
    wait_idle(page)
    expect(page.get_by_role("button", name="Leave out image 2")).to_have_count(0)
    page.get_by_role("button", name=re.compile("^Choose Nano Banana ")).click()
    expect(page.get_by_role("button", name=re.compile("^Choose Nano Banana "))).to_have_count(0)
    wait_idle(page)
    page.get_by_role("button", name="Back to the prompt").click()
    expect(page.get_by_label("Prompt", exact=True)).to_be_focused()
    wait_idle(page)
    _write(page, "A scarf.")
    _make(page, "Make 1 image")
    expect(page.get_by_role("button", name="Work on it")).to_be_visible()
    blocked, made = standin.requests
    assert (blocked.model, len(blocked.images)) == (PRO, 2)
    assert made.model != PRO
    assert [data for _, data in made.images] == [workspace.read(robot)]
    workspace.sync()
    assert len(workspace.assets()) == 3


def test_ctrl_enter_makes_what_was_just_typed(gemini_studio: StudioServer, standin: StandIn, open_page: Visits) -> None:
    """The shortcut sends the words as they stand in the field at that moment, once."""
    page = _lab(open_page, gemini_studio, _project(gemini_studio))
    page.get_by_label("Prompt", exact=True).fill("A red lamp at night")
    page.keyboard.press("Control+Enter")
    expect(page.get_by_role("button", name="Work on it")).to_be_visible()
    wait_idle(page)
    assert [sent.prompt for sent in standin.requests] == ["A red lamp at night"]


def test_references_are_dropped_in(studio: StudioServer, open_page: Visits) -> None:
    """Of two files a bad one is named, the other becomes Image 1 by the name it is given, and a reload keeps all."""
    page = _lab(open_page, studio, _project(studio))
    _write(page, "The robot at dawn")
    good = {"name": "robot.png", "mimeType": "image/png", "buffer": png(3)}
    bad = {"name": "bad.png", "mimeType": "image/png", "buffer": b"no picture"}
    page.locator("input[type=file]").first.set_input_files([bad, good])
    expect(page.get_by_text("Image 1: robot")).to_be_visible()
    expect(page.get_by_text(re.compile("bad: This file is not an image"))).to_be_visible()
    wait_idle(page)
    page.locator('[class*="-name"]').get_by_role("button").first.click()
    page.get_by_label("What the prompt calls it").fill("Rusty")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Image 1: Rusty")).to_be_visible()
    wait_idle(page)
    page.reload()
    expect(page.get_by_text("Image 1: Rusty")).to_be_visible()
    expect(page.get_by_label("Prompt", exact=True)).to_have_value("The robot at dawn")

"""Conversations in a real Chromium: turn by turn, branched, blocked, cancelled, reloaded, by either transport."""

from __future__ import annotations

import re

from playwright.sync_api import Locator, Page, expect

from core.models.talk import Talk
from core.store.drafts import DraftsFile
from core.store.workspace import Workspace
from tests.browser.harness import StudioServer, Visits, wait_idle, wait_until
from tests.standin import StandIn

HOSTILE = "Put a <img src=x onerror=alert(1)> hat ![x](http://evil.test/a.png) on it"


def _project(server: StudioServer, **drafts: object) -> Workspace:
    workspace = server.studio().workspace(server.home / "projects" / "trials", "Trials")
    for name, value in {"lab/mode": "chat", **drafts}.items():
        DraftsFile(workspace.folder).write(name, value)
    return workspace


def _visit(open_page: Visits, server: StudioServer, workspace: Workspace, place: str = "prompt_lab") -> Page:
    page = open_page(server, f"/{place}?project={workspace.uuid}")
    expect(page.get_by_label(re.compile("^(Prompt|What should change\\?)$"))).to_be_visible()
    wait_idle(page)
    return page


def _say(page: Page, words: str, button: str = "Make 1 image") -> None:
    field = page.get_by_label(re.compile("^(Prompt|What should change\\?)$"))
    field.fill(words)
    page.keyboard.press("Tab")
    wait_idle(page)
    page.get_by_role("button", name=re.compile(button)).click()


def _turn(page: Page, number: str) -> Locator:
    return page.locator(f".st-key-turn-{number}")


def _answered(page: Page, number: str) -> None:
    """Wait until a turn's image is the large one, and its words are gone from the form."""
    expect(_turn(page, number).get_by_role("button", name="Original")).to_be_visible()
    expect(page.get_by_label("What should change?", exact=True)).to_have_value("")
    wait_idle(page)


def _talk(workspace: Workspace) -> Talk:
    (talk,) = workspace.conversations.list()
    return workspace.conversations.read(talk.id)


def _put_away_and_bring_back(page: Page, workspace: Workspace) -> None:
    """Give the conversation another name, remove it, and undo that."""
    talk = _talk(workspace)
    page.locator(f".st-key-talk-menu-{talk.id}").get_by_role("button").click()
    page.get_by_label("Name of the conversation").fill("Hill & rain")
    page.keyboard.press("Enter")
    wait_until(lambda: _talk(workspace).title == "Hill & rain", "the new name", page)
    expect(page.get_by_role("combobox", name="Conversation")).to_have_value(re.compile("^Hill & rain"))
    wait_idle(page)
    page.get_by_role("button", name="Remove the conversation").click()
    expect(page.get_by_text("The conversation “Hill & rain” is in the trash; its images stay.")).to_be_visible()
    assert workspace.conversations.list() == []
    wait_idle(page)
    page.get_by_role("button", name="Undo").click()
    _answered(page, "002")
    assert set(_talk(workspace).turns) == set(talk.turns)


def _stay_when_it_is_called_otherwise(page: Page, workspace: Workspace) -> None:
    """A name that changed elsewhere, as "1 min ago" does by itself, does not lead out of the conversation."""
    workspace.conversations.rename(_talk(workspace).id, "Rain & hill")
    for words in ("Add a fox.", "Add two foxes.", ""):
        page.get_by_label("What should change?").fill(words)
        page.keyboard.press("Tab")
        wait_idle(page)
        expect(page.get_by_role("combobox", name="Conversation")).not_to_have_value("A new conversation")
    expect(page.get_by_role("combobox", name="Conversation")).to_have_value(re.compile("^Rain & hill"))


def _choose(page: Page, label: str, option: str) -> None:
    box = page.get_by_role("combobox", name=re.compile(label))
    box.evaluate("element => element.scrollIntoView({block: 'center', behavior: 'instant'})")  # scrolling closes a list
    box.click()
    page.get_by_role("option", name=re.compile(option)).click()
    wait_idle(page)


def test_turn_by_turn_and_another_way(gemini_studio: StudioServer, standin: StandIn, open_page: Visits) -> None:
    """An image is refined with another ratio, branched from its start, and all of it is there after a reload."""
    workspace = _project(gemini_studio)
    page = _visit(open_page, gemini_studio, workspace)
    _say(page, "A robot on a hill at dusk", r"Make 1 image · about \$0\.034")
    _answered(page, "001")
    _choose(page, "Ratio", "16:9")
    _say(page, HOSTILE)
    _answered(page, "002")
    expect(page.get_by_text(HOSTILE).first).to_be_visible()
    assert page.locator("img[src*='evil'], img[onerror]").count() == 0
    _turn(page, "001").get_by_role("button", name="Branch from here").click()
    expect(page.get_by_text("It went on from here already")).to_be_visible()
    wait_idle(page)
    _say(page, "Make it rain")
    _answered(page, "003")
    page.reload()
    _answered(page, "003")
    page.get_by_role("button", name="Branch 1").click()
    _answered(page, "002")
    assert [turn.parent for turn in _talk(workspace).turns.values()] == ["", "001", "001"]
    _stay_when_it_is_called_otherwise(page, workspace)
    _put_away_and_bring_back(page, workspace)
    third = standin.requests[2]
    assert [side["parts"][-1].get("text") for side in third.body["contents"][::2]] == [
        "A robot on a hill at dusk",
        "Make it rain",
    ]
    assert [sent.image_config for sent in standin.requests] == [{}, {"aspectRatio": "16:9"}, {"aspectRatio": "16:9"}]


def test_a_block_keeps_the_words(gemini_studio: StudioServer, standin: StandIn, open_page: Visits) -> None:
    """A blocked turn gives a receipt beside its words, which stay in the form; trying again makes that very turn."""
    workspace = _project(gemini_studio)
    page = _visit(open_page, gemini_studio, workspace)
    _say(page, "A robot on a hill at dusk")
    _answered(page, "001")
    standin.fail_next("blocked_image_safety")
    _say(page, "Make it explode")
    expect(page.get_by_text("The service made no image")).to_be_visible()
    expect(page.get_by_text(re.compile("IMAGE_SAFETY"))).to_be_visible()
    expect(page.get_by_label("What should change?", exact=True)).to_have_value("Make it explode")
    wait_idle(page)
    page.get_by_role("button", name=re.compile("Try again")).click()
    _answered(page, "002")
    assert list(_talk(workspace).turns) == ["001", "002"]


def test_the_service_keeps_it_until_it_does_not(
    gemini_studio: StudioServer, standin: StandIn, open_page: Visits
) -> None:
    """By interactions a turn names the one before it; when that is gone the way out is told, and taken."""
    workspace = _project(gemini_studio)
    page = _visit(open_page, gemini_studio, workspace)
    _choose(page, "What goes along", "Interactions API")
    _say(page, "A robot on a hill at dusk")
    _answered(page, "001")
    _say(page, "Make it rain")
    _answered(page, "002")
    first, second = (sent.raw for sent in standin.requests)
    assert "previous_interaction_id" not in first
    assert second["previous_interaction_id"] in standin.interactions.kept
    standin.interactions.forget()
    _say(page, "At night")
    expect(page.get_by_text(re.compile("Go on by chat history"))).to_be_visible()
    wait_idle(page)
    _choose(page, "What goes along", "chat history")
    page.get_by_role("button", name=re.compile("Make 1 image")).click()
    _answered(page, "004")
    assert len(standin.requests[3].images) == 1


def test_cancelled_beside_its_progress(gemini_studio: StudioServer, standin: StandIn, open_page: Visits) -> None:
    """A turn that is being made is cancelled beside its words; the call is dropped, and the words stay."""
    standin.delay = 60
    page = _visit(open_page, gemini_studio, _project(gemini_studio))
    _say(page, "A robot on a hill at dusk")
    page.get_by_test_id("stMain").get_by_role("button", name="Cancel").click()
    expect(page.get_by_role("button", name=re.compile("Try again"))).to_be_visible()
    expect(page.get_by_text("cancelled, may be billed")).to_be_visible()
    assert standin.requests[0].has_left.wait(10)
    expect(page.get_by_label("Prompt", exact=True)).to_have_value("A robot on a hill at dusk")


def test_it_goes_on_with_the_tab_closed(gemini_studio: StudioServer, standin: StandIn, open_page: Visits) -> None:
    """A turn whose tab was closed is answered all the same, and the next visit finds it as the one to go on from."""
    standin.delay = 1.5
    workspace = _project(gemini_studio)
    page = _visit(open_page, gemini_studio, workspace)
    _say(page, "A robot on a hill at dusk")
    expect(page.get_by_test_id("stMain").get_by_role("button", name="Cancel")).to_be_visible()
    page.close()
    again = _visit(open_page, gemini_studio, workspace)
    _answered(again, "001")
    assert len(standin.requests) == 1


def test_from_an_image_and_back_from_the_graph(studio: StudioServer, open_page: Visits) -> None:
    """A single image is refined in a conversation, free with draft, and the graph leads back to its turn."""
    workspace = _project(studio, **{"lab/mode": "bench"})
    page = _visit(open_page, studio, workspace)
    page.get_by_label("Prompt", exact=True).fill("A robot on a hill at dusk")
    page.keyboard.press("Tab")
    wait_idle(page)
    page.get_by_role("button", name=re.compile("Make 1 image")).click()
    page.get_by_role("button", name="Refine it").click()
    expect(page.get_by_text("Image 1:").first).to_be_visible()
    wait_idle(page)
    _say(page, "Make it rain", "Make 1 image · free")
    _answered(page, "001")
    expect(page.get_by_text("A draft is drawn from the last image alone.")).to_be_visible()
    workspace.sync()
    first, second = workspace.assets()
    assert second.source_ids == (first.id,)
    graph = open_page(studio, f"/lineage?project={workspace.uuid}&asset={second.id}")
    graph.get_by_role("button", name="Open the conversation").click()
    expect(_turn(graph, "001").get_by_role("button", name="Original")).to_be_visible()

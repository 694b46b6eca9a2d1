"""Conversations as the studio holds them: said, answered, branched, gone on from after a restart, either way."""

from __future__ import annotations

import json
import shutil
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from core.errors import AssetNotFoundError, InvalidRequestError, WorkspaceError
from core.models.asset import EngineName, GenerationSettings, Kind, Recipe, Role
from core.models.talk import Reply, Transport, Turn
from core.store.workspace import Workspace
from core.studio.background import RunView, retry_recipes, view_run
from core.studio.context import LOCAL_USER, Studio
from core.studio.lab import LabOrder, history, reference_to
from core.studio.planning import StepStatus
from core.studio.runner import Runner
from core.studio.runs import cancel_run
from core.studio.talks import Said, Say, picture_of, prepare, say_next, turn_of
from tests.samples import keep
from tests.standin import Recorded, StandIn
from tests.terminal.harness import wait_until
from tests.unit.conftest import keyed

MODEL, OTHER, WATCHES = "gemini-nano-banana-2.1", "gemini-3-pro-image", "gemini-3.1-flash-image"


def fresh_studio(server: StandIn, tmp_path: Path) -> Studio:
    """Return the studio as another process would have it."""
    if Runner.current is not None:
        Runner.current.close()
    return keyed(server, tmp_path)


@pytest.fixture
def project(studio: Studio, tmp_path: Path) -> Workspace:
    return studio.workspace(tmp_path / "talks", "Talks")


def order(prompt: str, *references: Any, **more: Any) -> LabOrder:
    values = {"engine": EngineName.GEMINI, "model": MODEL, **more}
    return LabOrder(prompt, tuple(reference_to(one, Role.OBJECT) for one in references), **values)


def ended(studio: Studio, run: str) -> RunView:
    wait_until(lambda: not view_run(studio, run).is_active, "the run's end", 60)
    return view_run(studio, run)


def say(studio: Studio, project: Workspace, prompt: str, after: Said | None = None, **more: Any) -> Said:
    """Say something and wait for its picture."""
    ways = {name: more.pop(name) for name in ("transport", "is_fresh") if name in more}
    place = {"talk": after.talk, "parent": after.turn} if after else {}
    said = say_next(studio, project, Say(order(prompt, **more), **place, **ways), LOCAL_USER)
    outcome = ended(studio, said.run).outcomes["1"]
    assert outcome.status is StepStatus.GENERATED, outcome.error
    return said


def turn(project: Workspace, said: Said) -> Turn:
    return project.conversations.read(said.talk).turns[said.turn]


def words(request: Recorded) -> list[str]:
    """Return what the person said in a chat's request, in order."""
    sides = request.body["contents"]
    return [part["text"] for side in sides if side["role"] == "user" for part in side["parts"] if "text" in part]


def test_a_turn_is_an_image_made_from_the_one_before(studio: Studio, project: Workspace, server: StandIn) -> None:
    """Each turn is an image of the project; its first source is the picture before, then come new references."""
    hat = keep(project, "hat")
    first = say(studio, project, "A robot.")
    said = say_next(studio, project, Say(order("Put the hat on.", hat), first.talk, first.turn), LOCAL_USER)
    made = ended(studio, said.run).outcomes["1"].asset_id
    before, after = picture_of(project, turn(project, first)), picture_of(project, turn(project, said))
    assert before is not None
    assert after is not None
    assert after.id == made
    assert after.source_ids == (before.id, hat.id)
    assert turn_of(after) == (first.talk, said.turn)
    # the picture before is among what was said: only the hat is attached, and is the first image of the message
    assert after.recipe.composed == "- Image 1: hat, an object to keep as it is.\nPut the hat on."
    last = server.requests[1].body["contents"][-1]
    assert [set(part) for part in last["parts"]] == [{"inlineData"}, {"text"}]
    assert history(project) == []


@pytest.mark.parametrize("is_file", [False, True])
def test_a_video_is_looked_at_in_its_turn(studio: Studio, project: Workspace, server: StandIn, is_file: bool) -> None:
    """By chat a video goes along with the words it came with; later an address is repeated there, a file is not."""
    film = b"\0\0\0\x20ftypisom" + b"film" * 100
    video = project.videos.keep(film) if is_file else "https://www.youtube.com/watch?v=abcdefghijk"
    settings = GenerationSettings(video=video, video_end=4)
    first = say(studio, project, "Draw its end.", model=WATCHES, settings=settings)
    say(studio, project, "In the rain.", first, model=WATCHES)
    asked, later = server.requests
    assert [set(part) for part in asked.parts] == [{"fileData", "videoMetadata"}, {"text"}]
    assert turn(project, first).recipe.settings.video == video
    repeated = [part["fileData"]["fileUri"] for part in later.history[0]["parts"] if "fileData" in part]
    assert repeated == ([] if is_file else [video])
    assert all("fileData" not in part for part in later.body["contents"][-1]["parts"])


def test_a_conversation_survives_a_restart(studio: Studio, project: Workspace, server: StandIn, tmp_path: Path) -> None:
    """Another process goes on with the signatures as they came: the strict stand-in takes the whole conversation."""
    settings = GenerationSettings(thoughts=True)
    first = say(studio, project, "A robot.", settings=settings)
    second = say(studio, project, "In the rain.", first, settings=settings)
    again = fresh_studio(server, tmp_path)
    reopened = again.workspace(project.folder)
    say(again, reopened, "At night.", second, settings=settings)
    sent = server.requests[2]
    assert words(sent) == ["A robot.", "In the rain.", "At night."]
    answers = [side["parts"] for side in sent.body["contents"] if side["role"] == "model"]
    assert [sum("thoughtSignature" in part for part in parts) for parts in answers] == [2, 2]
    assert [len(parts) for parts in answers] == [4, 4]


def test_a_copied_project_goes_on(studio: Studio, project: Workspace, server: StandIn, tmp_path: Path) -> None:
    """A project's folder copied elsewhere holds its conversations whole, and they can be gone on from."""
    first = say(studio, project, "A robot.", settings=GenerationSettings(thoughts=True))
    elsewhere = tmp_path / "elsewhere"
    shutil.copytree(project.folder, elsewhere)
    shutil.rmtree(project.folder)
    copied = studio.workspace(elsewhere)
    assert [talk.title for talk in copied.conversations.list()] == ["A robot"]
    say(studio, copied, "In the rain.", first)
    assert words(server.requests[1]) == ["A robot.", "In the rain."]


def test_what_is_written_is_small_and_plain(studio: Studio, project: Workspace) -> None:
    """A turn's file is JSON without pixels: its own picture stands in it by digest, thoughts' pictures beside it."""
    said = say(studio, project, "A robot.", settings=GenerationSettings(thoughts=True))
    folder = project.folder / "conversations" / said.talk
    path = folder / f"{said.turn}.json"
    assert path.stat().st_size < 8000
    document = json.loads(path.read_text())
    made = picture_of(project, turn(project, said))
    assert made is not None
    assert made.digest in document["reply"]["said"]["content"]
    (thought,) = (folder / "images").iterdir()
    assert thought.name != made.digest


def test_a_branch_sends_only_its_own_ancestors(studio: Studio, project: Workspace, server: StandIn) -> None:
    """Going on from an earlier turn sends what led to it, and nothing of what was said after it elsewhere."""
    first = say(studio, project, "A robot.")
    second = say(studio, project, "In the rain.", first)
    say(studio, project, "With an umbrella.", second)
    branch = say(studio, project, "In the snow.", first)
    say(studio, project, "With a scarf.", branch)
    assert words(server.requests[3]) == ["A robot.", "In the snow."]
    assert words(server.requests[4]) == ["A robot.", "In the snow.", "With a scarf."]
    talk = project.conversations.read(first.talk)
    assert [one.id for one in talk.branches(first.turn)] == [second.turn, branch.turn]
    assert talk.end(first.turn) == "005"


def test_the_same_words_twice_are_two_turns(studio: Studio, project: Workspace, server: StandIn) -> None:
    """What was said before decides an image, so the same words never use another turn's picture again."""
    first = say(studio, project, "A robot.")
    one, two = (say(studio, project, "Again.", first) for _ in range(2))
    assert turn(project, one).recipe.fingerprint != turn(project, two).recipe.fingerprint
    assert len(server.requests) == 3


def test_a_blocked_turn_loses_nothing(studio: Studio, project: Workspace, server: StandIn) -> None:
    """A block is a receipt of its turn; the conversation stands as it was, and the turn can be tried again."""
    first = say(studio, project, "A robot.")
    server.fail_next("blocked_image_safety")
    said = say_next(studio, project, Say(order("Explode."), first.talk, first.turn), LOCAL_USER)
    outcome = ended(studio, said.run).outcomes["1"]
    assert outcome.error is not None
    assert (outcome.error["code"], outcome.error["reason"]) == ("blocked", "IMAGE_SAFETY")
    blocked = turn(project, said)
    assert (blocked.reply, blocked.recipe.prompt) == (None, "Explode.")
    talk = project.conversations.read(first.talk)
    assert talk.branches(first.turn) == ()
    say(studio, project, "Smile.", first)
    assert words(server.requests[2]) == ["A robot.", "Smile."]
    ended(studio, retry_recipes(studio, said.run))
    assert turn(project, said).reply is not None
    assert words(server.requests[3]) == ["A robot.", "Explode."]


def test_another_model_begins_anew_with_the_picture(studio: Studio, project: Workspace, server: StandIn) -> None:
    """A model cannot read what another noted of its thoughts: it gets the picture before, and its own turns later."""
    first = say(studio, project, "A robot.")
    wanted = Say(order("In oil.", model=OTHER), first.talk, first.turn)
    prepared = prepare(studio, project, wanted)
    assert (prepared.carried, prepared.is_picture_sent) == (0, True)
    second = say(studio, project, "In oil.", first, model=OTHER)
    before = picture_of(project, turn(project, first))
    assert before is not None
    assert words(server.requests[1]) == [f"- Image 1: {before.recipe.name}, the picture to work on.\nIn oil."]
    assert server.requests[1].images == [(before.result.mime, project.read(before))]
    say(studio, project, "Darker.", second, model=OTHER)
    assert [side["role"] for side in server.requests[2].body["contents"]] == ["user", "model", "user"]


def test_only_the_picture_when_asked_for(studio: Studio, project: Workspace, server: StandIn) -> None:
    """A turn can leave all that was said behind and take the last picture alone."""
    first = say(studio, project, "A robot.")
    second = say(studio, project, "In the rain.", first, is_fresh=True)
    assert len(server.requests[1].body["contents"]) == 1
    assert len(server.requests[1].images) == 1
    say(studio, project, "At night.", second)
    assert len(words(server.requests[2])) == 2


def test_the_model_of_the_turn_before_stays(studio: Studio, project: Workspace, server: StandIn) -> None:
    """A model that is not named is that of the turn before, whatever is recommended by then."""
    first = say(studio, project, "A robot.", model=OTHER)
    say(studio, project, "In the rain.", first, model="")
    assert [request.model for request in server.requests] == [OTHER, OTHER]


def test_by_interactions_only_the_name_goes_along(studio: Studio, project: Workspace, server: StandIn) -> None:
    """By interactions a turn names the one before it, after a restart too, and sends neither history nor picture."""
    way = {"transport": Transport.INTERACTIONS}
    first = say(studio, project, "A robot.", **way)
    second = say(studio, project, "In the rain.", first, **way)
    say(studio, project, "In the snow.", first, **way)
    one, two, three = (request.raw for request in server.requests)
    name = turn(project, first).reply
    assert name is not None
    assert "previous_interaction_id" not in one
    assert two["previous_interaction_id"] == three["previous_interaction_id"] == name.interaction
    assert server.requests[1].images == []
    assert turn(project, second).transport is Transport.INTERACTIONS


def test_a_forgotten_turn_says_the_ways_out(studio: Studio, project: Workspace, server: StandIn) -> None:
    """When the service forgot a turn, its error is named; by chat the conversation goes on from its picture."""
    first = say(studio, project, "A robot.", transport=Transport.INTERACTIONS)
    server.interactions.forget()
    wanted = Say(order("In the rain."), first.talk, first.turn, Transport.INTERACTIONS)
    outcome = ended(studio, say_next(studio, project, wanted, LOCAL_USER).run).outcomes["1"]
    assert outcome.error is not None
    assert outcome.error["code"] == "conversation_gone"
    say(studio, project, "In the rain.", first)
    assert len(server.requests[2].images) == 1


def test_draft_works_on_the_picture_before(studio: Studio, project: Workspace, server: StandIn) -> None:
    """A conversation with the draft engine makes each picture from the one before, free and without the network."""
    free: dict[str, Any] = {"engine": EngineName.DRAFT, "model": ""}
    first = say(studio, project, "A robot.", **free)
    prepared = prepare(studio, project, Say(order("At night.", **free), first.talk, first.turn, Transport.INTERACTIONS))
    assert (prepared.cost_usd, prepared.is_picture_sent) == (0.0, True)
    assert prepared.turn.transport is Transport.CHAT
    second = say(studio, project, "At night.", first, **free)
    made = picture_of(project, turn(project, second))
    assert made is not None
    assert made.recipe.composed.startswith("- Image 1: ")
    assert server.requests == []
    # a service can go on from there: it gets the picture
    say(studio, project, "In oil.", second)
    assert len(server.requests[0].images) == 1


def test_a_cancelled_turn_drops_its_connection(studio: Studio, project: Workspace, server: StandIn) -> None:
    """Cancelling a turn's run drops the open call of either transport; the turn stays unanswered."""
    server.delay = 60
    for count, transport in enumerate(Transport, 1):
        said = say_next(studio, project, Say(order("A robot."), transport=transport), LOCAL_USER)
        wait_until(lambda count=count: len(server.requests) == count, "the call")
        assert cancel_run(studio, said.run)
        assert server.requests[-1].has_left.wait(10)
        assert turn(project, said).reply is None


def test_a_picture_in_the_trash_is_named_before_anything_is_begun(studio: Studio, project: Workspace) -> None:
    """Going on from a picture that was put away is refused at once, and no turn is written."""
    first = say(studio, project, "A robot.")
    made = picture_of(project, turn(project, first))
    assert made is not None
    project.trash(made.id)
    with pytest.raises(AssetNotFoundError, match="trash"):
        say_next(studio, project, Say(order("In the rain."), first.talk, first.turn), LOCAL_USER)
    assert list(project.conversations.read(first.talk).turns) == [first.turn]
    project.restore(made.id)
    say(studio, project, "In the rain.", first)


def test_an_earlier_picture_in_the_trash_fails_its_turn(studio: Studio, project: Workspace, server: StandIn) -> None:
    """A conversation that misses one of its pictures is not sent half: the error says how it goes on."""
    first = say(studio, project, "A robot.")
    second = say(studio, project, "In the rain.", first)
    made = picture_of(project, turn(project, first))
    assert made is not None
    project.trash(made.id)
    said = say_next(studio, project, Say(order("At night."), second.talk, second.turn), LOCAL_USER)
    outcome = ended(studio, said.run).outcomes["1"]
    assert outcome.error is not None
    assert outcome.error["code"] == "asset_not_found"
    assert len(server.requests) == 2
    say(studio, project, "At night.", second, is_fresh=True)


def test_a_picture_that_could_not_be_saved_is_made_again(
    studio: Studio, project: Workspace, server: StandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A reply without its picture, as a full disk or a crash leaves it, does not end the turn: it is made again."""

    def full(*_args: Any, **_more: Any) -> Any:
        raise WorkspaceError("Nothing can be written.")

    with monkeypatch.context() as patched:
        patched.setattr(Workspace, "save", full)
        said = say_next(studio, project, Say(order("A robot.")), LOCAL_USER)
        assert ended(studio, said.run).outcomes["1"].status is StepStatus.FAILED
    assert turn(project, said).reply is not None
    assert picture_of(project, turn(project, said)) is None
    ended(studio, retry_recipes(studio, said.run))
    assert picture_of(project, turn(project, said)) is not None
    say(studio, project, "In the rain.", said)
    assert words(server.requests[2]) == ["A robot.", "In the rain."]


def test_nothing_said_begins_nothing(studio: Studio, project: Workspace) -> None:
    """No words, no conversation."""
    with pytest.raises(InvalidRequestError):
        say_next(studio, project, Say(order("  ")), LOCAL_USER)
    assert project.conversations.list() == []


def test_a_conversation_that_was_removed_meanwhile_keeps_its_picture(
    studio: Studio, project: Workspace, server: StandIn
) -> None:
    """When a conversation's folder goes while its turn is made, the paid picture is in the project, with a warning."""
    server.delay = 1.0
    said = say_next(studio, project, Say(order("A robot.")), LOCAL_USER)
    wait_until(lambda: len(server.requests) == 1, "the call")
    shutil.rmtree(project.folder / "conversations")
    made = ended(studio, said.run).outcomes["1"].asset_id
    assert made is not None
    assert "conversation" in project.get(made).result.warnings[-1]


@pytest.mark.parametrize("name", ["", "nobody", "../talks", "a/b", "x" * 90])
def test_names_lead_nowhere_else(project: Workspace, name: str) -> None:
    """A conversation that is not there is an error, and no name leads out of the folder."""
    with pytest.raises(WorkspaceError, match="no conversation"):
        project.conversations.read(name)


def test_a_turn_is_written_where_it_was_read(project: Workspace, tmp_path: Path) -> None:
    """A file that gives its turn another name, as of a stranger's project, has nothing written outside of it."""
    talk = project.conversations.begin("One").id
    recipe = Recipe(kind=Kind.IMAGE, prompt="A robot.")
    project.conversations.add(talk, Turn(id="", recipe=recipe, begun=datetime.now(UTC)))
    file = project.folder / "conversations" / talk / "001.json"
    file.write_text(json.dumps({**json.loads(file.read_text()), "id": "../../../evil"}))
    project.conversations.answer(f"{talk}/001", Reply(at=datetime.now(UTC)), {})
    assert not list(tmp_path.rglob("evil*"))
    assert project.conversations.read(talk).turns["001"].reply


def test_a_damaged_conversation_is_told_and_left_out(studio: Studio, project: Workspace) -> None:
    """A damaged file is an error that names it, and the other conversations are listed all the same."""
    talk = project.conversations.begin("One")
    other = project.conversations.begin("Two")
    (project.folder / "conversations" / talk.id / "talk.json").write_text("{")
    (project.folder / "conversations" / other.id / "001.json").write_text("[]")
    assert [one.id for one in project.conversations.list()] == [other.id]
    for name in (talk.id, other.id):
        with pytest.raises(WorkspaceError, match="damaged"):
            project.conversations.read(name)


def test_renamed_put_away_and_brought_back(studio: Studio, project: Workspace) -> None:
    """A conversation takes another name; put away it is gone, its images stay, and all of it comes back."""
    said = say(studio, project, "A robot.")
    talks = project.conversations
    talks.rename(said.talk, "Rusty & friends")
    before = talks.read(said.talk)
    assert before.title == "Rusty & friends"
    assert set(before.turns) == {said.turn}
    talks.put_away(said.talk)
    assert talks.list() == []
    assert [asset.recipe.turn for asset in project.assets()] == [f"{said.talk}/{said.turn}"]
    for verb in (talks.read, talks.put_away, lambda name: talks.rename(name, "x")):
        with pytest.raises(WorkspaceError, match="no conversation"):
            verb(said.talk)
    talks.bring_back(said.talk)
    assert talks.read(said.talk) == before
    with pytest.raises(WorkspaceError):
        talks.bring_back("../../evil")

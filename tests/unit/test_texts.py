"""The interface's texts: all of them collected, all of them translated, none of them hard-coded."""

from __future__ import annotations

import ast
import io
import re
import string
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from core.errors import all_errors, from_plain
from core.models.catalog import load_catalog
from core.models.wishes import PRESETS
from core.ui import errors_text, known_texts, texts
from core.ui.session import LANGUAGES

ROOT = Path(__file__).parents[2]
FOLDERS = [ROOT / "core" / "ui", ROOT / "pages"]
TRANSLATED = [language for language in LANGUAGES if language != "en"]

# what Streamlit shows of these calls and of these arguments
SHOWING = {
    *("title", "header", "subheader", "text", "caption", "markdown", "write", "badge", "metric", "code"),
    *("info", "warning", "error", "success", "toast", "exception", "progress", "spinner", "status"),
    *("button", "download_button", "link_button", "form_submit_button", "page_link", "menu_button", "feedback"),
    *("text_input", "text_area", "number_input", "chat_input", "selectbox", "multiselect", "radio", "checkbox"),
    *("toggle", "slider", "select_slider", "segmented_control", "pills", "file_uploader", "color_picker"),
    *("popover", "expander", "tabs", "dialog", "image", "kept", "empty_place", "Page"),
}
SHOWN_KEYWORDS = {"label", "body", "text", "help", "placeholder", "caption", "title", "message", "alt", "on_label"}
# names and marks that are the same in every language
SAME_EVERYWHERE = re.compile(r":material/\w+:|Throughline|Gemini|\$|https?://|&nbsp;|<[^>]*>")


def _po(language: str) -> Path:
    return texts.LOCALE / language / "LC_MESSAGES" / "throughline.po"


def _read(path: Path, language: str | None = None) -> Catalog:
    with path.open("rb") as file:
        return read_po(file, locale=language)


def _messages(catalog: Catalog) -> list[Message]:
    return [message for message in catalog if message.id]


def _singular(message_id: object) -> str:
    return message_id[0] if isinstance(message_id, tuple) else str(message_id)


def _placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


@pytest.fixture
def speaking(monkeypatch):
    """Make the interface speak a language without a browser."""

    def speak(language: str) -> None:
        monkeypatch.setattr(texts, "language", lambda: language)
        monkeypatch.setattr(errors_text, "language", lambda: language)

    return speak


def test_all_texts_are_collected() -> None:
    """The template holds exactly the texts in the code: `make texts` was run after the last change."""
    keywords = {"_": None, "ngettext": (1, 2)}
    found = {
        _singular(message)
        for folder in FOLDERS
        for _, _, message, _, _ in extract_from_dir(folder, [("**.py", "python")], keywords=keywords)
    }
    assert found == {_singular(message.id) for message in _messages(_read(texts.LOCALE / "throughline.pot"))}
    assert len(found) > 50


@pytest.mark.parametrize("language", TRANSLATED)
def test_all_texts_are_translated(language: str) -> None:
    """Every text of the template has a translation that nobody marked as doubtful."""
    template = {message.id for message in _messages(_read(texts.LOCALE / "throughline.pot"))}
    messages = _messages(_read(_po(language), language))
    missing = [message.id for message in messages if not message.string or not all(_strings(message))]
    assert {message.id for message in messages} == template
    assert not missing
    assert not [message.id for message in messages if message.fuzzy]


@pytest.mark.parametrize("language", TRANSLATED)
def test_placeholders_survive_translation(language: str) -> None:
    """A translation has the placeholders of its text, no more and no fewer."""
    for message in _messages(_read(_po(language), language)):
        for translation in _strings(message):
            assert _placeholders(translation) == _placeholders(_singular(message.id)), message.id


@pytest.mark.parametrize("language", TRANSLATED)
def test_compiled_texts_are_the_written_ones(language: str) -> None:
    """The `.mo` that is shipped is compiled from the `.po` beside it."""
    compiled = io.BytesIO()
    write_mo(compiled, _read(_po(language), language))
    assert _po(language).with_suffix(".mo").read_bytes() == compiled.getvalue()


def test_what_is_read_from_below_is_collected() -> None:
    """The notes of the catalog's models and the words of the presets are texts of the interface too."""
    notes = {note for facts in load_catalog().models for note in facts.notes}
    assert set(known_texts._notes(str)) == notes
    words = {word for preset in PRESETS.values() for word in (preset.what, preset.caption_means, preset.label_means)}
    assert set(known_texts._presets(str)) == words
    assert known_texts.known_text("Somebody's own note.") == "Somebody's own note."


def test_plurals_follow_the_count(speaking) -> None:
    """One image and two images are said rightly in every language."""
    speaking("en")
    assert texts.ngettext("{count} image", "{count} images", 1).format(count=1) == "1 image"
    assert texts.ngettext("{count} image", "{count} images", 2).format(count=2) == "2 images"
    speaking("zh_CN")
    assert texts.ngettext("{count} image", "{count} images", 1).format(count=1) == "1 张图片"
    assert texts.ngettext("{count} image", "{count} images", 2).format(count=2) == "2 张图片"


@pytest.mark.parametrize("kind", all_errors(), ids=lambda kind: kind.code)
def test_errors_speak_the_language(kind, speaking) -> None:
    """Every error has a sentence of its own in Chinese, and keeps the English message as a detail."""
    error = from_plain({"type": kind.__name__, "message": "Something. Do this."})
    speaking("zh_CN")
    assert re.search(r"[\u4e00-\u9fff]", errors_text.error_text(error))
    assert errors_text.error_detail(error) == "Something. Do this."
    assert kind.code in errors_text._by_code()
    speaking("en")
    assert errors_text.error_text(error) == "Something. Do this."
    assert errors_text.error_detail(error) == ""


def test_errors_tell_their_numbers(speaking) -> None:
    """What an error carries is in its sentence: the seconds to wait, the step that failed, the line that is wrong."""
    speaking("zh_CN")
    waiting = from_plain({"type": "RateLimitError", "message": "", "retry_after": 6.6})
    failed = from_plain({"type": "StepFailedError", "message": "", "step_id": "{robot}"})
    wrong = from_plain({"type": "StoryError", "message": "", "line": 12})
    assert "7 秒" in errors_text.error_text(waiting)
    assert "“{robot}”" in errors_text.error_text(failed)
    assert "第 12 行" in errors_text.error_text(wrong)


def test_no_text_is_hard_coded() -> None:
    """Whatever Streamlit shows comes through `_()`, so that it can be translated."""
    files = [path for folder in FOLDERS for path in sorted(folder.rglob("*.py"))]
    assert len(files) > 10
    found = [f"{path.relative_to(ROOT)}:{line}: {text!r}" for path in files for line, text in _hard_coded(path)]
    assert not found, "\n".join(found)


def test_no_text_hides_in_an_f_string() -> None:
    """No `_()` stands inside an f-string: Python before 3.12 reads that as one word, so it would not be collected."""
    files = [path for folder in FOLDERS for path in sorted(folder.rglob("*.py"))]
    found = [f"{path.relative_to(ROOT)}:{line}" for path in files for line in _hidden(path.read_text("utf-8"))]
    assert not found, "\n".join(found)
    code = "a = f\"{_('One')}\"\nb = _('Two').format(name=f'{a}')\nc = f'{a} {say(ngettext(a, a, 2))}'"
    assert list(_hidden(code)) == [1, 3]


def test_hard_coded_texts_are_found(tmp_path: Path) -> None:
    """The search sees texts in positional and named arguments, in f-strings, lists and conditions, but not in `_()`."""
    path = tmp_path / "page.py"
    lines = [
        'st.button("Make it")',
        'st.text_input(_("Name"), key="name", placeholder="Your name")',
        "left.markdown(f\"**Steps** {_('done')} {count}\")",
        'st.tabs([_("One"), "Two"])',
        'st.text(_("Fine") if count else "Not fine")',
        'st.button(_("Good {name}").format(name="any"), icon=":material/add:", type="primary")',
        "st.caption(f\":material/add: {count} · {titles['name']}\")",
        'kept(st.text_area, "Prompt", "prompt", "default")',
        'kept(st.text_area, _("Prompt"), "prompt", "default")',
    ]
    path.write_text("\n".join(lines), encoding="utf-8")
    assert [line for line, _ in _hard_coded(path)] == [1, 2, 3, 4, 5, 8]


def _strings(message: Message) -> tuple[str, ...]:
    return message.string if isinstance(message.string, tuple) else (message.string,)


def _hidden(code: str) -> Iterator[int]:
    for node in ast.walk(ast.parse(code)):
        if isinstance(node, ast.JoinedStr):
            calls = [inner for inner in ast.walk(node) if isinstance(inner, ast.Call)]
            yield from (call.lineno for call in calls if _name(call.func) in ("_", "ngettext"))


def _hard_coded(path: Path) -> Iterator[tuple[int, str]]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and _name(node.func) in SHOWING:
            for shown in _shown_arguments(node):
                yield from ((node.lineno, text) for text in _texts(shown))


def _shown_arguments(call: ast.Call) -> list[ast.expr]:
    named = [keyword.value for keyword in call.keywords if keyword.arg in SHOWN_KEYWORDS]
    if _name(call.func) == "kept":
        return [*call.args[1:2], *named]
    if _name(call.func) in ("image", "Page"):
        return named
    return [*call.args[:1], *named]


def _texts(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.Constant):
        if isinstance(node.value, str) and re.search(r"[^\W\d_]{2}", SAME_EVERYWHERE.sub("", node.value)):
            yield node.value
    elif isinstance(node, (ast.JoinedStr, ast.FormattedValue, ast.BinOp, ast.BoolOp, ast.List, ast.Tuple, ast.Starred)):
        for child in ast.iter_child_nodes(node):
            yield from _texts(child)
    elif isinstance(node, ast.IfExp):
        yield from _texts(node.body)
        yield from _texts(node.orelse)
    elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in ("format", "join"):
        yield from _texts(node.func.value)


def _name(function: ast.expr) -> str:
    return function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")

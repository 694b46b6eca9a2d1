"""What an answer was looked up with: the search suggestions that must be shown, and links to its sources."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from google.genai import types

from core.engines.gemini.redactor import Redactor
from core.models.answer import Grounding, Link

_MOST_LINKS = 100
_LONGEST_ADDRESS = 4000
_LONGEST_SUGGESTIONS = 200_000


def read_grounding(response: types.GenerateContentResponse, redactor: Redactor) -> Grounding | None:
    """Return what the answer's candidates are grounded on, or None when they are on nothing."""
    found = [c.grounding_metadata for c in response.candidates or () if c.grounding_metadata]
    suggestions = next((html for metadata in found if (html := _suggestions(metadata))), "")
    queries = [query for metadata in found for kind in _kinds(metadata) for query in kind]
    return grounding_of(suggestions, queries, (page for metadata in found for page in _pages(metadata)), redactor)


def count_searches(response: types.GenerateContentResponse) -> int:
    """Return how many searches an answer took, as they are billed: different ones of each kind, empty ones not."""
    found = (_kinds(c.grounding_metadata) for c in response.candidates or () if c.grounding_metadata)
    return len({(number, query) for kinds in found for number, kind in enumerate(kinds) for query in kind if query})


def grounding_of(
    suggestions: str, queries: Iterable[str], pages: Iterable[tuple[str | None, str | None]], redactor: Redactor
) -> Grounding | None:
    """Return what an answer was looked up with, cleaned and cut; None when that is nothing.

    `pages` are addresses with titles; what nobody can visit is left out.
    """
    links = {link.uri: link for uri, title in pages if (link := _link(uri, title, redactor))}
    grounding = Grounding(
        suggestions=redactor.text(suggestions)[:_LONGEST_SUGGESTIONS],
        queries=tuple(dict.fromkeys(redactor.line(query) for query in queries if query)),
        links=tuple(links.values())[:_MOST_LINKS],
    )
    return grounding if grounding != Grounding() else None


def _link(uri: str | None, title: str | None, redactor: Redactor) -> Link | None:
    if not uri or not uri.startswith(("https://", "http://")) or len(uri) > _LONGEST_ADDRESS:
        return None
    return Link(uri=redactor.text(uri), title=redactor.line(title or ""))


def _kinds(metadata: types.GroundingMetadata) -> tuple[list[str], list[str]]:
    return metadata.web_search_queries or [], metadata.image_search_queries or []


def _suggestions(metadata: types.GroundingMetadata) -> str:
    return (metadata.search_entry_point and metadata.search_entry_point.rendered_content) or ""


def _pages(metadata: types.GroundingMetadata) -> Iterator[tuple[str | None, str | None]]:
    """Yield the sources; of a picture that was found, the page it stands on."""
    for chunk in metadata.grounding_chunks or ():
        if chunk.web:
            yield chunk.web.uri, chunk.web.title
        if chunk.image:
            yield chunk.image.source_uri, chunk.image.title

"""What an answer was looked up with: the search suggestions that must be shown, and links to its sources."""

from __future__ import annotations

from collections.abc import Iterator

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
    queries = [query for metadata in found for query in (*_of(metadata.web_search_queries), *_queries(metadata))]
    links = {link.uri: link for metadata in found for link in _links(metadata, redactor)}
    grounding = Grounding(
        suggestions=redactor.text(suggestions)[:_LONGEST_SUGGESTIONS],
        queries=tuple(dict.fromkeys(redactor.line(query) for query in queries)),
        links=tuple(links.values())[:_MOST_LINKS],
    )
    return grounding if grounding != Grounding() else None


def _suggestions(metadata: types.GroundingMetadata) -> str:
    return (metadata.search_entry_point and metadata.search_entry_point.rendered_content) or ""


def _queries(metadata: types.GroundingMetadata) -> list[str]:
    return _of(metadata.image_search_queries)


def _of(items: list[str] | None) -> list[str]:
    return items or []


def _links(metadata: types.GroundingMetadata, redactor: Redactor) -> Iterator[Link]:
    """Yield the sources that can be visited; of a picture that was found, the page it stands on."""
    for chunk in metadata.grounding_chunks or ():
        pairs = [(chunk.web.uri, chunk.web.title)] if chunk.web else []
        pairs += [(chunk.image.source_uri, chunk.image.title)] if chunk.image else []
        for uri, title in pairs:
            if uri and uri.startswith(("https://", "http://")) and len(uri) <= _LONGEST_ADDRESS:
                yield Link(uri=redactor.text(uri), title=redactor.line(title or ""))

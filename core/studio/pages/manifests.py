"""IIIF manifests (Presentation 2 and 3) read as a list of pages, each with where its picture is and who is to be named.

A manifest comes from anywhere: nothing in it is believed further than a text or an address, and every address is
visited through the guards of `core.studio.fetching` alone.

Sources: IIIF Presentation API 2.1.1 and 3.0, Image API 2.1.1 and 3.0.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from core.errors import InvalidImageError
from core.models.asset import Origin
from core.studio.pages.iiif import dicts, identity, image_addresses, kind, words

LARGEST_MANIFEST = 30_000_000
MOST_PAGES = 5000
_MOST_NAMED = 5


@dataclass(frozen=True)
class ManifestPage:
    """One page of a book on the web: its number (from 1), where its picture is, best address first, and its origin."""

    number: int
    addresses: tuple[str, ...]
    origin: Origin


@dataclass(frozen=True)
class Manifest:
    """A book on the web."""

    title: str
    pages: tuple[ManifestPage, ...]


@dataclass(frozen=True)
class Listed:
    """A manifest, or another collection, that a collection names."""

    title: str
    address: str
    is_collection: bool = False


def read_manifest(data: bytes, place: str = "") -> Manifest:
    """Return the pages of a manifest; `place` is where it was found, for one that does not say its own address.

    Raises:
        InvalidImageError: it is no manifest of Presentation 2 or 3, holds no picture, or is a collection of others,
            which the message names.
    """
    document = _document(data)
    if listed := _listed(document):
        raise _is_collection(listed)
    if _is_image_service(document):
        return _single(document)
    canvases = _canvases(document)
    title = words(document.get("label"))
    whole = _origin(document, identity(document) or place)
    pages = tuple(_pages(canvases[:MOST_PAGES], title, whole))
    if not pages:
        raise InvalidImageError("This IIIF manifest holds no page with a picture. Is it the right address?")
    return Manifest(title or "book", pages)


def listed_manifests(data: bytes) -> list[Listed]:
    """Return what a IIIF collection lists, to choose from; nothing for anything else.

    Raises:
        InvalidImageError: it is no JSON.
    """
    return _listed(_document(data))


def _document(data: bytes) -> dict[str, Any]:
    if len(data) > LARGEST_MANIFEST:
        raise InvalidImageError("This IIIF manifest is over 30 MB, which no book's is. Is it the right one?")
    try:
        document = json.loads(data.decode("utf-8-sig"))
    except (ValueError, RecursionError):
        document = None
    if not isinstance(document, dict):
        raise InvalidImageError("This is no IIIF manifest: it cannot be read as JSON. Look whether it is complete.")
    return document


def _listed(document: dict[str, Any]) -> list[Listed]:
    if kind(document) != "Collection":
        return []
    items = [item for key in ("items", "manifests", "collections", "members") for item in dicts(document.get(key))]
    found = [Listed(words(item.get("label")), identity(item), kind(item) == "Collection") for item in items]
    return [item for item in found if item.address] or [Listed("", "")]


def _is_collection(listed: list[Listed]) -> InvalidImageError:
    books = [item for item in listed if item.address]
    named = "; ".join(" ".join(f"{item.title} {item.address}".split()) for item in books[:_MOST_NAMED])
    more = f" and {len(books) - _MOST_NAMED} more" if len(books) > _MOST_NAMED else ""
    return InvalidImageError(
        "This is a IIIF collection: a list of books, and no book. Take one of its manifests"
        + (f": {named}{more}." if named else "; it names none.")
    )


def _is_image_service(document: dict[str, Any]) -> bool:
    """Tell whether this is the `info.json` of one picture."""
    is_said = "iiif.io/api/image" in str(document.get("@context", "")) or kind(document).startswith("ImageService")
    return is_said and "width" in document


def _single(document: dict[str, Any]) -> Manifest:
    address = identity(document)
    name = address.rstrip("/").rpartition("/")[2]
    credit, rights = words(document.get("attribution")), identity(document.get("rights") or document.get("license"))
    origin = Origin(title=name, credit=credit, rights=rights, place=address, page=1)
    return Manifest(name, (ManifestPage(1, image_addresses({"service": document}, {}), origin),))


def _canvases(document: dict[str, Any]) -> list[dict[str, Any]]:
    if kind(document) != "Manifest":
        raise InvalidImageError(
            "This JSON is no IIIF manifest of Presentation 2 or 3. Look for the link called IIIF, or manifest, where "
            "the book is shown."
        )
    sequences = dicts(document.get("sequences"))
    return dicts(sequences[0].get("canvases")) if sequences else dicts(document.get("items"))


def _pages(canvases: list[dict[str, Any]], title: str, whole: Origin) -> Iterator[ManifestPage]:
    for number, canvas in enumerate(canvases, 1):
        addresses = tuple(address for image in _images(canvas) for address in image_addresses(image, canvas))
        if not addresses:
            continue
        label = words(canvas.get("label")) or str(number)
        own = _origin(canvas, whole.place)
        said = {"credit": own.credit or whole.credit, "rights": own.rights or whole.rights}
        named = whole.model_copy(update={**said, "title": ", ".join(filter(None, (title, label))), "page": number})
        yield ManifestPage(number, addresses, named)


def _images(canvas: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield what is painted on a canvas: of a choice the first, of layers the lowest."""
    painted = [annotation.get("resource") for annotation in dicts(canvas.get("images"))]
    for page in dicts(canvas.get("items")):
        notes = dicts(page.get("items"))
        painted += [note.get("body") for note in notes if note.get("motivation", "painting") == "painting"]
    for resource in dicts(painted[0]) if painted else []:
        choice = dicts(resource.get("default")) or dicts(resource.get("items"))
        yield choice[0] if kind(resource) == "Choice" and choice else resource
        return


def _origin(document: dict[str, Any], place: str) -> Origin:
    statement = document.get("requiredStatement")
    credit = words(statement.get("value")) if isinstance(statement, dict) else ""
    rights = document.get("rights") or document.get("license")
    providers = [words(provider.get("label")) for provider in dicts(document.get("provider"))]
    homes = [identity(item) for key in ("homepage", "related") for item in dicts(document.get(key))]
    return Origin(
        source="; ".join(filter(None, [*providers, *homes[:1]])),
        credit=credit or words(document.get("attribution")),
        rights="; ".join(filter(None, map(identity, rights if isinstance(rights, list) else [rights]))),
        place=place,
    )

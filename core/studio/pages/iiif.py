"""Words and addresses of IIIF documents, in whichever of their many forms they are written; all of it is untrusted."""

from __future__ import annotations

from collections.abc import Iterator
from html.parser import HTMLParser
from typing import Any

LONGEST = 2000
MOST_PIXELS_A_SIDE = 6000
_LANGUAGES = ("none", "@none", "en", "en-US", "en-GB")


def words(value: Any) -> str:
    """Return the text of a label or a credit, in English where it says which language it is in; tags are taken out."""
    return "; ".join(dict.fromkeys(text for raw in _texts(value) if (text := _plain(raw))))[:LONGEST]


def dicts(value: Any) -> list[dict[str, Any]]:
    """Return the objects of a value that may be one, a list of them, or something else."""
    return [item for item in (value if isinstance(value, list) else [value]) if isinstance(item, dict)]


def identity(value: Any) -> str:
    """Return the id of an object, or a text that is one."""
    found = (value.get("id") or value.get("@id")) if isinstance(value, dict) else value
    return found.strip() if isinstance(found, str) else ""


def kind(value: dict[str, Any]) -> str:
    """Return what an object says it is, without its prefix: Manifest, Collection, Choice ..."""
    found = value.get("type") or value.get("@type") or ""
    return found.rpartition(":")[2] if isinstance(found, str) else ""


def image_addresses(resource: dict[str, Any], canvas: dict[str, Any]) -> tuple[str, ...]:
    """Return where a page's picture is, best first: the image service as large as is useful, then the plain picture."""
    found = [address for service in _services(resource) for address in _of_service(service, resource, canvas)]
    plain = identity(resource)
    return tuple(dict.fromkeys([*found, *([plain] if plain else [])]))


def _services(resource: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for service in dicts(resource.get("service")):
        context, profile = str(service.get("@context", "")), str(service.get("profile", ""))
        named = kind(service)
        is_image = named.startswith("ImageService") or "iiif.io/api/image" in context or "image" in profile
        if identity(service) and (is_image or profile.startswith("level")):
            yield service


def _of_service(service: dict[str, Any], resource: dict[str, Any], canvas: dict[str, Any]) -> Iterator[str]:
    base = identity(service).rstrip("/")
    sizes = [service.get(side) or resource.get(side) or canvas.get(side) for side in ("width", "height")]
    limit = MOST_PIXELS_A_SIDE
    if any(isinstance(size, int | float) and size > limit for size in sizes):
        yield f"{base}/full/!{limit},{limit}/0/default.jpg"
    is_third = kind(service) == "ImageService3" or "api/image/3" in str(service.get("@context", ""))
    for size in ("max", "full") if is_third else ("full", "max"):
        yield f"{base}/full/{size}/0/default.jpg"


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        yield from _of_list(value)
    elif isinstance(value, dict) and "@value" in value:
        yield from _texts(value["@value"])
    elif isinstance(value, dict):
        language = next((name for name in _LANGUAGES if name in value), next(iter(value), None))
        yield from _texts(value[language]) if language is not None and not isinstance(value[language], dict) else ()


def _of_list(values: list[Any]) -> Iterator[str]:
    tagged = [item for item in values if isinstance(item, dict) and "@value" in item]
    chosen = next((item for item in tagged if item.get("@language") in _LANGUAGES), tagged[0] if tagged else None)
    for item in values:
        if isinstance(item, str):
            yield item
        elif item is chosen and chosen is not None:
            yield from _texts(chosen.get("@value"))


class _Words(HTMLParser):
    """What a reader sees of a text with tags."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.seen: list[str] = []
        self._is_hidden = False

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        """Leave out what is no text; a break is a space."""
        self._is_hidden = tag in ("script", "style")
        self.seen.append(" " if tag in ("br", "p", "div", "li") else "")

    def handle_endtag(self, tag: str) -> None:
        """Show what follows."""
        self._is_hidden = False

    def handle_data(self, data: str) -> None:
        """Keep what is seen."""
        if not self._is_hidden:
            self.seen.append(data)


def _plain(text: str) -> str:
    text = text[: LONGEST * 4]
    if "<" in text or "&" in text:
        parser = _Words()
        parser.feed(text)
        parser.close()
        text = "".join(parser.seen)
    return " ".join(text.split())

"""IIIF manifests that tests serve: the same three pages in Presentation 2 and 3."""

from __future__ import annotations

from typing import Any

HOST = "http://library.example"
BOOK = f"{HOST}/denver/manifest.json"


def second(pages: int = 3, side: int = 900) -> dict[str, Any]:
    """Return a manifest of Presentation 2 with image services of version 2."""
    return {
        "@context": "http://iiif.io/api/presentation/2/context.json",
        "@id": BOOK,
        "@type": "sc:Manifest",
        "label": "Denver illustrated",
        "attribution": "Provided by <a href='x'>the City Library</a><script>alert(1)</script>",
        "license": "https://rights.example/pd",
        "related": {"@id": f"{HOST}/denver", "format": "text/html"},
        "sequences": [{"@type": "sc:Sequence", "canvases": [_second_canvas(n, side) for n in range(1, pages + 1)]}],
    }


def _second_canvas(number: int, side: int) -> dict[str, Any]:
    service = {
        "@context": "http://iiif.io/api/image/2/context.json",
        "@id": f"{HOST}/iiif/{number}",
        "profile": "http://iiif.io/api/image/2/level2.json",
    }
    resource = {"@id": f"{HOST}/plain/{number}.jpg", "@type": "dctypes:Image", "service": service}
    return {
        "@type": "sc:Canvas",
        "label": [{"@value": f"Seite {number}", "@language": "de"}, {"@value": f"p. {number}", "@language": "en"}],
        "width": side,
        "height": side,
        "images": [{"@type": "oa:Annotation", "motivation": "sc:painting", "resource": resource}],
    }


def third(pages: int = 3, side: int = 900) -> dict[str, Any]:
    """Return a manifest of Presentation 3 with image services of version 3."""
    return {
        "@context": ["http://www.w3.org/ns/anno.jsonld", "http://iiif.io/api/presentation/3/context.json"],
        "id": BOOK,
        "type": "Manifest",
        "label": {"de": ["Denver in Bildern"], "en": ["Denver illustrated"]},
        "requiredStatement": {
            "label": {"en": ["Attribution"]},
            "value": {"en": ["Provided by <b>the City Library</b>", "Gift of 1893"]},
        },
        "rights": "https://rights.example/pd",
        "provider": [{"id": HOST, "type": "Agent", "label": {"en": ["City Library"]}}],
        "homepage": [{"id": f"{HOST}/denver", "type": "Text"}],
        "items": [_third_canvas(number, side) for number in range(1, pages + 1)],
    }


def _third_canvas(number: int, side: int) -> dict[str, Any]:
    body = {
        "id": f"{HOST}/plain/{number}.jpg",
        "type": "Image",
        "width": side,
        "height": side,
        "service": [{"id": f"{HOST}/iiif/{number}", "type": "ImageService3", "profile": "level2"}],
    }
    annotation = {"type": "Annotation", "motivation": "painting", "body": body}
    page = {"type": "AnnotationPage", "items": [annotation]}
    return {"type": "Canvas", "label": {"none": [f"p. {number}"]}, "width": side, "height": side, "items": [page]}


def collection() -> dict[str, Any]:
    """Return a collection of two books and another collection."""
    book = {"type": "Manifest", "label": {"en": ["Denver"]}}
    return {
        "@context": "http://iiif.io/api/presentation/3/context.json",
        "id": f"{HOST}/all",
        "type": "Collection",
        "label": {"en": ["All books"]},
        "items": [
            {**book, "id": BOOK},
            {**book, "id": f"{HOST}/alps"},
            {"id": f"{HOST}/more", "type": "Collection", "label": {"en": ["More"]}},
        ],
    }

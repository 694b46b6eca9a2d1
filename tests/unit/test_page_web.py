"""Book pages from the web: pictures, documents and IIIF manifests, through the guards every address meets."""

from __future__ import annotations

import json
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

import pytest

from core.errors import InvalidImageError
from core.models.asset import Origin
from core.store.workspace import Workspace
from core.studio.pages import intake
from core.studio.pages.intake import bring_in_files, bring_in_uploads, bring_in_url, public_address
from core.studio.pages.manifests import listed_manifests, read_manifest
from tests.documents import packed, pdf
from tests.manifests import BOOK, HOST, collection, second, third
from tests.samples import ids, jpeg, png
from tests.web import PUBLIC, Web, leads, sends


@pytest.fixture
def web() -> Iterator[Web]:
    found = Web()
    yield found
    found.server.shutdown()
    found.server.server_close()


def _serve(web: Web, document: dict[str, Any], picture: str) -> None:
    web.pages["/denver/manifest.json"] = sends(json.dumps(document).encode())
    for number in range(1, 4):
        web.pages[picture.format(number)] = sends(jpeg(number))


@pytest.fixture
def asked(web: Web) -> list[str]:
    """Paths that are not served answer 404, and every path asked for is written down."""
    paths: list[str] = []

    class Pages(dict[str, Any]):
        def __missing__(self, path: str) -> Any:
            return lambda handler: handler.send_error(404)

        def __getitem__(self, path: str) -> Any:
            paths.append(path)
            return super().__getitem__(path)

    web.pages = Pages()
    return paths


@pytest.mark.parametrize(
    ("document", "picture", "credit", "source"),
    [
        (
            second(),
            "/iiif/{}/full/full/0/default.jpg",
            "Provided by the City Library",
            f"{HOST}/denver",
        ),
        (
            third(),
            "/iiif/{}/full/max/0/default.jpg",
            "Provided by the City Library; Gift of 1893",
            f"City Library; {HOST}/denver",
        ),
    ],
)
def test_a_manifest_comes_in_with_who_is_to_be_named(
    web: Web, asked: list[str], workspace: Workspace, document: dict[str, Any], picture: str, credit: str, source: str
) -> None:
    """Both versions give pages in order at full size, with title, credit without tags, rights, place and number."""
    _serve(web, document, picture)
    done = bring_in_url(workspace, BOOK, way=web.way())
    assert [item.error for item in done] == [None] * 3
    assert ids(workspace) == [f"denver-illustrated-p00{number}" for number in (1, 2, 3)]
    assert done[1].asset is not None
    assert done[1].asset.recipe.origin == Origin(
        title="Denver illustrated, p. 2",
        source=source,
        credit=credit,
        rights="https://rights.example/pd",
        place=BOOK,
        page=2,
    )
    assert asked == ["/denver/manifest.json", *(picture.format(number) for number in (1, 2, 3))]


def test_very_large_pages_are_asked_for_in_a_size_we_take(web: Web, asked: list[str], workspace: Workspace) -> None:
    """A page of 20,000 pixels is asked for in a square of 6000."""
    _serve(web, third(1, side=20_000), "/iiif/{}/full/!6000,6000/0/default.jpg")
    assert [item.is_new for item in bring_in_url(workspace, BOOK, way=web.way())] == [True]
    assert asked[1:] == ["/iiif/1/full/!6000,6000/0/default.jpg"]


def test_the_plain_picture_is_taken_where_the_service_fails(web: Web, asked: list[str], workspace: Workspace) -> None:
    """The picture's own address is the last resort; a page without any is named and the rest goes on."""
    _serve(web, second(), "/plain/{}.jpg")
    web.pages.pop("/plain/2.jpg")
    done = bring_in_url(workspace, BOOK, way=web.way())
    assert [item.asset.id if item.asset else "" for item in done] == [
        "denver-illustrated-p001",
        "",
        "denver-illustrated-p003",
    ]
    assert done[1].error is not None
    assert "Denver illustrated, page 2: " in done[1].error.message
    assert "404" in done[1].error.message


def test_an_intake_that_was_stopped_goes_on(web: Web, asked: list[str], workspace: Workspace) -> None:
    """Pages that are here are not fetched again."""
    _serve(web, third(), "/iiif/{}/full/max/0/default.jpg")
    page_2 = web.pages.pop("/iiif/2/full/max/0/default.jpg")
    bring_in_url(workspace, BOOK, way=web.way())
    web.pages["/iiif/2/full/max/0/default.jpg"] = page_2
    asked.clear()
    done = bring_in_url(workspace, BOOK, way=web.way())
    assert [item.is_new for item in done] == [False, True, False]
    assert asked == ["/denver/manifest.json", "/iiif/2/full/max/0/default.jpg"]


def test_a_manifest_file_is_read_like_one_from_the_web(
    web: Web, asked: list[str], workspace: Workspace, inbox: Path
) -> None:
    """A saved manifest gives the same pages, called by the address it says."""
    _serve(web, third(), "/iiif/{}/full/max/0/default.jpg")
    done = bring_in_uploads(workspace, [("manifest.json", json.dumps(third()).encode())], way=web.way())
    assert [item.asset.recipe.origin.place for item in done if item.asset and item.asset.recipe.origin] == [BOOK] * 3


def test_a_manifest_leads_into_no_private_network(web: Web, asked: list[str], workspace: Workspace) -> None:
    """Addresses inside a manifest are checked like a pasted one: nothing private is connected to."""
    document = json.loads(json.dumps(third(1)).replace(HOST, "http://169.254.169.254"))
    web.pages["/denver/manifest.json"] = sends(json.dumps(document).encode())
    done = bring_in_url(workspace, BOOK, way=web.way())
    assert done[0].error is not None
    assert "private network" in done[0].error.message
    for body in ("file:///etc/passwd", "http://127.0.0.1/x.jpg", "ftp://x/y"):
        document["items"][0]["items"][0]["items"][0]["body"] = {"id": body, "type": "Image"}
        upload = [("manifest.json", json.dumps(document).encode())]
        assert [item.asset for item in bring_in_uploads(workspace, upload, way=web.way())] == [None]
    assert {address for address, _ in web.connected} == {PUBLIC}


def test_a_collection_names_its_books() -> None:
    """A collection is no book: the message says where its books are, and they can be listed."""
    data = json.dumps(collection()).encode()
    with pytest.raises(InvalidImageError, match="collection") as caught:
        read_manifest(data)
    assert BOOK in caught.value.message
    assert [(item.title, item.address, item.is_collection) for item in listed_manifests(data)] == [
        ("Denver", BOOK, False),
        ("Denver", f"{HOST}/alps", False),
        ("More", f"{HOST}/more", True),
    ]
    old = {"@type": "sc:Collection", "manifests": [{"@id": BOOK, "@type": "sc:Manifest", "label": "Denver"}]}
    assert [item.address for item in listed_manifests(json.dumps(old).encode())] == [BOOK]


def test_the_information_of_one_picture_is_a_book_of_one_page() -> None:
    """An image service's own document gives that picture."""
    info = {"@context": "http://iiif.io/api/image/3/context.json", "id": f"{HOST}/iiif/9", "type": "ImageService3"}
    manifest = read_manifest(json.dumps({**info, "width": 100, "height": 80}).encode())
    assert manifest.pages[0].addresses[0] == f"{HOST}/iiif/9/full/max/0/default.jpg"


def test_a_choice_gives_its_first_picture() -> None:
    """Of several pictures of one page the one shown by default is taken."""
    document = third(1)
    note = document["items"][0]["items"][0]["items"][0]
    note["body"] = {"type": "Choice", "items": [note["body"], {"id": f"{HOST}/x-ray.jpg", "type": "Image"}]}
    assert read_manifest(json.dumps(document).encode()).pages[0].addresses[-1] == f"{HOST}/plain/1.jpg"


@pytest.mark.parametrize(
    "data",
    [
        b"{", b"[]", b"{}", b'{"type": "Manifest"}', b'{"type": "Manifest", "items": [1, null, {"items": "x"}]}',
        b'{"@type": "sc:Manifest", "sequences": [{"canvases": [{"images": [{"resource": {"@id": 7}}]}]}]}',
        b'{"type": ["Manifest"], "label": {"en": {"en": {}}}}', b'{"type": "Collection", "items": 5}', b"{" * 100_000,
        b'{"a":' * 100_000, b"\xff\xfe{}", b'{"type": "Range"}',
    ],
)  # fmt: skip
def test_what_is_no_manifest_is_a_sentence(data: bytes) -> None:
    """Broken, hollow and deeply nested documents end in an error of ours."""
    with pytest.raises(InvalidImageError):
        read_manifest(data)


@pytest.mark.parametrize("name", ["denver.pdf", "denver.zip", "denver.png"])
def test_an_address_may_give_a_document(web: Web, workspace: Workspace, name: str) -> None:
    """A PDF, a ZIP and a picture come in by their address, which is kept without a key in it."""
    content = {"pdf": pdf(2), "zip": packed({"a.png": png(1), "b.png": png(2)}), "png": png(1)}[name[-3:]]
    web.pages[f"/{name}?volume=2&token=secret"] = sends(content)
    done = bring_in_url(workspace, f"http://museum.example/{name}?volume=2&token=secret", way=web.way())
    assert [item.error for item in done] == [None] * (1 if name.endswith("png") else 2)
    assert ids(workspace) == (["denver"] if name.endswith("png") else ["denver-p001", "denver-p002"])
    places = {asset.recipe.origin.place for asset in workspace.assets() if asset.recipe.origin}
    assert places == {f"http://museum.example/{name}?volume=2"}
    assert not any(b"secret" in workspace.path(asset).read_bytes() for asset in workspace.assets())


def test_an_address_that_gives_nothing_is_an_error(
    web: Web, workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A web page, a private place, a file too large: one sentence each, and nothing is stored."""
    monkeypatch.setattr(intake, "LARGEST_DOWNLOAD", 1000)
    web.pages["/page"] = sends(b"<html>a page about a book</html>")
    web.pages["/in"] = leads("http://127.0.0.1/x.pdf")
    web.pages["/large"] = sends(pdf(1) + bytes(2000))
    for path, words in {"page": "manifest we know", "in": "private network", "large": "over"}.items():
        with pytest.raises(InvalidImageError, match=words):
            bring_in_url(workspace, f"http://museum.example/{path}", way=web.way())
    assert ids(workspace) == []


def test_a_document_is_not_kept_in_memory(web: Web, workspace: Workspace) -> None:
    """A server that stops in the middle leaves no page and no half document."""

    def cut(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.send_header("Content-Length", "100000")
        handler.end_headers()
        handler.wfile.write(pdf(1)[:400])

    web.pages["/cut.pdf"] = cut
    with pytest.raises(InvalidImageError, match="could not be reached"):
        bring_in_url(workspace, "http://museum.example/cut.pdf", way=web.way())
    assert ids(workspace) == []


def test_what_looks_like_a_key_is_not_kept() -> None:
    """Signed addresses lose their signature, others stay whole."""
    assert public_address("https://a.example/x?id=4&X-Amz-Signature=f&sig=1&page=2#top") == (
        "https://a.example/x?id=4&page=2"
    )
    assert public_address("https://a.example/monkey?monkey=1&design=2") == "https://a.example/monkey?monkey=1&design=2"


def test_a_folder_takes_no_json_along(workspace: Workspace, inbox: Path) -> None:
    """A stray JSON file in a folder of scans asks nothing of the web."""
    (inbox / "a.png").write_bytes(png())
    (inbox / "manifest.json").write_text(json.dumps(third()), encoding="utf-8")
    assert [item.path.name for item in bring_in_files(workspace, [inbox])] == ["a.png"]

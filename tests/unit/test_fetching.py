"""Pictures from the web: where we go, where we never go, and when we stop."""

from __future__ import annotations

import itertools
import socket
import ssl
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler

import pytest

from core.errors import InvalidImageError
from core.studio import fetching
from core.studio.fetching import WayOut, fetch_picture, is_public
from tests.samples import jpeg, png
from tests.web import PUBLIC, Page, Web, leads, sends


@pytest.fixture
def web() -> Iterator[Web]:
    found = Web()
    yield found
    found.server.shutdown()
    found.server.server_close()


def test_a_picture_comes_with_its_name(web: Web) -> None:
    """The bytes arrive as they were sent, and the stem is the last part of the path."""
    web.pages["/plates/old%20hare.jpg?size=full"] = sends(jpeg())
    assert fetch_picture("http://museum.example/plates/old%20hare.jpg?size=full", web.way()) == (jpeg(), "old hare")
    assert web.connected == [(PUBLIC, 80)]
    assert web.hosts == ["museum.example"]


def test_https_checks_the_certificate_of_the_name_not_of_the_address(web: Web) -> None:
    """The connection goes to the address that was checked, the certificate must be the name's."""
    web.pages["/hare.png"] = sends(png())
    assert fetch_picture("https://museum.example/hare.png", web.way())[1] == "hare"
    assert (web.connected, web.encrypted, web.hosts) == ([(PUBLIC, 443)], ["museum.example"], ["museum.example"])
    trust = WayOut().trust()
    assert trust.check_hostname
    assert trust.verify_mode is ssl.CERT_REQUIRED


def test_https_never_falls_back_to_plain_text(web: Web) -> None:
    """A server that speaks no TLS gets no request."""
    way = WayOut(web.look_up, web.connect)
    with pytest.raises(InvalidImageError, match="could not be reached safely"):
        fetch_picture("https://museum.example/hare.png", way, seconds=3)
    assert web.hosts == []


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "127.8.9.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0",
        "224.0.0.1", "239.255.255.250", "240.0.0.1", "255.255.255.255", "198.18.0.1", "192.0.2.1",
        "192.0.0.9", "192.0.0.192", "168.63.129.16", "100.100.100.200", "198.51.100.7", "203.0.113.7", "192.88.99.1",
        "64:ff9b:1::a00:1", "64:ff9b::a9fe:a9fe", "64:ff9b::c000:c0", "2001:20::1", "3fff::1", "::ffff:168.63.129.16",
        "::", "::1", "::127.0.0.1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "fe80::1", "fc00::1", "fd12::1", "fec0::1",
        "ff02::1", "64:ff9b::7f00:1", "2002:7f00:1::", "2001:0:7f00:1::", "2001:db8::1",
    ],
)  # fmt: skip
def test_addresses_inside_are_never_connected_to(web: Web, address: str) -> None:
    """Neither as a literal nor as what a name resolves to, alone or beside a public one."""
    host = f"[{address}]" if ":" in address else address
    web.names["inside.example"] = [[PUBLIC, address]]
    for url in (f"http://{host}/hare.png", f"https://{host}:443/", "http://inside.example/hare.png"):
        with pytest.raises(InvalidImageError, match="private network"):
            fetch_picture(url, web.way())
    assert web.connected == []


@pytest.mark.parametrize(
    "address", ["8.8.8.8", "2606:4700::1111", "::ffff:8.8.8.8", "64:ff9b::808:808", "192.0.1.1", "2001:4860:4860::8888"]
)
def test_addresses_on_the_internet_are_public(address: str) -> None:
    """Ordinary addresses are not refused, in IPv4, IPv6 and both kinds of IPv4 in IPv6."""
    assert is_public(address)


@pytest.mark.parametrize(
    "url",
    [
        "", "hare.png", "ftp://museum.example/hare.png", "file:///etc/passwd", "gopher://x/", "javascript:alert(1)",
        "data:image/png;base64,AAAA", "http://", "http:///hare.png", "//museum.example/hare.png",
        "http://2130706433/", "http://0x7f000001/", "http://0x7f.0.0.1/", "http://0177.0.0.1/", "http://127.1/",
        "http://0/", "http://127.0.0.01/", "http://1.2.3.4.5/", "http://256.1.1.1/", "http://0x/",
        "http://museum.example@127.0.0.1/", "http://user:secret@museum.example/", "http://museum.example\\@127.0.0.1/",
        "http://museum.example:22/", "http://museum.example:8080/", "http://museum.example:99999/",
        "http://mus eum.example/", "http://museum.example/a\r\nHost: x", "http://museum..example/", "http://[::1/",
    ],
)  # fmt: skip
def test_odd_addresses_are_refused_before_anything_is_looked_up(web: Web, url: str) -> None:
    """No other scheme, port, user name or disguised number gets as far as the resolver."""
    with pytest.raises(InvalidImageError) as caught:
        fetch_picture(url, web.way())
    assert "secret" not in caught.value.message
    assert (web.looked_up, web.connected) == ([], [])


@pytest.mark.parametrize(
    "url", ["http://１２７.0.0.1/", "http://①②⑦.0.0.1/", "http://127。0。0。1/", "http://127.0.0.1./"]
)
def test_numbers_in_other_letters_are_read_as_numbers(web: Web, url: str) -> None:
    """Full-width digits, circled digits and ideographic dots lead to loopback, and are refused."""
    with pytest.raises(InvalidImageError):
        fetch_picture(url, web.way())
    assert web.connected == []


def test_a_redirect_into_the_network_is_refused(web: Web) -> None:
    """What a public page leads to is checked like what was pasted."""
    web.pages["/a.png"] = leads("http://169.254.169.254/latest/meta-data/")
    with pytest.raises(InvalidImageError, match="private network"):
        fetch_picture("http://museum.example/a.png", web.way())
    web.pages["/b.png"] = leads("//localhost/hare.png")
    web.names["localhost"] = [["127.0.0.1"]]
    with pytest.raises(InvalidImageError, match="private network"):
        fetch_picture("http://museum.example/b.png", web.way())
    web.pages["/c.png"] = leads("file:///etc/passwd")
    with pytest.raises(InvalidImageError, match="http"):
        fetch_picture("http://museum.example/c.png", web.way())
    assert {address for address, _ in web.connected} == {PUBLIC}


@pytest.mark.parametrize("to", ["http://[::1", "//[", "http://[x]/", "http://museum.example:port/"])
def test_a_redirect_to_no_address_is_refused(web: Web, to: str) -> None:
    """What a server sends as the next address may be anything; it ends with a sentence."""
    web.pages["/a.png"] = leads(to)
    with pytest.raises(InvalidImageError, match="no web address"):
        fetch_picture("http://museum.example/a.png", web.way())


def test_redirects_are_followed_five_times_and_no_more(web: Web) -> None:
    """Five steps lead to the picture; a circle ends with a sentence."""
    for number in range(5):
        web.pages[f"/{number}"] = leads(f"/{number + 1}", 301 + number % 2)
    web.pages["/5"] = sends(png())
    assert fetch_picture("http://museum.example/0", web.way())[0] == png()
    web.pages["/round"] = leads("round")
    with pytest.raises(InvalidImageError, match="on and on"):
        fetch_picture("http://museum.example/round", web.way())
    assert web.hosts.count("museum.example") == 6 + 6


def test_a_name_that_changes_its_mind_gains_nothing(web: Web) -> None:
    """A name is looked up once a visit, and the connection goes to that answer: DNS rebinding meets nobody."""
    web.names["rebind.example"] = [[PUBLIC], ["127.0.0.1"]]
    web.pages["/hare.png"] = sends(png())
    fetch_picture("http://rebind.example/hare.png", web.way())
    assert (web.looked_up, web.connected) == (["rebind.example"], [(PUBLIC, 80)])


def test_the_next_address_is_tried_when_one_does_not_answer(web: Web) -> None:
    """A host with a dead IPv6 address is reached by its other one."""
    web.names["museum.example"] = [["2606:4700::1111", PUBLIC]]
    web.pages["/hare.png"] = sends(png())

    def connect(address: tuple[str, int], timeout: float) -> socket.socket:
        if ":" in address[0]:
            raise OSError("network is unreachable")
        return web.connect(address, timeout)

    assert fetch_picture("http://museum.example/hare.png", WayOut(web.look_up, connect))[0] == png()


def test_too_large_is_told_by_the_header_and_by_counting(web: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    """A picture over the limit is refused whether its length is told or not, and not read to its end."""
    monkeypatch.setattr(fetching, "MAX_BYTES", 1_000_000)
    web.pages["/told"] = sends(png(size=(700, 700)))
    sent = itertools.count()

    def endless(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.end_headers()
        handler.wfile.write(png())
        while next(sent) < 100_000:
            handler.wfile.write(b"x" * 10_000)

    web.pages["/endless"] = endless
    for path in ("/told", "/endless"):
        with pytest.raises(InvalidImageError, match="over 1 MB"):
            fetch_picture(f"http://museum.example{path}", web.way())
    assert next(sent) < 10_000


@pytest.mark.parametrize("where", ["headers", "body", "name"])
def test_a_slow_server_is_left_when_the_time_is_over(web: Web, where: str) -> None:
    """A byte now and then does not stretch the time limit: not in headers, body, or the name's lookup."""
    over = threading.Event()

    def drip(handler: BaseHTTPRequestHandler) -> None:
        begin = b"HTTP/1.1 200 OK\r\n" if where == "headers" else b"HTTP/1.1 200 OK\r\n\r\n" + png()
        handler.wfile.write(begin)
        while not over.wait(0.02):
            handler.wfile.write(b"X-Header: 1\r\n"[:1])

    def look_up(host: str, port: int) -> list[str]:
        if where == "name":
            over.wait()
        return web.look_up(host, port)

    web.pages["/hare.png"] = drip
    try:
        with pytest.raises(InvalidImageError, match="in time"):
            fetch_picture("http://museum.example/hare.png", WayOut(look_up, web.connect), seconds=0.3)
    finally:
        over.set()


@pytest.mark.parametrize(
    ("page", "words"),
    [
        (sends(b"<html><img src=hare.png></html>"), "no picture we know"),
        (sends(b""), "no picture we know"),
        (sends(png(), Content_Length="100000"), "could not be reached"),
        (lambda handler: handler.send_error(404), "404"),
        (lambda handler: handler.send_error(302), "302"),
        (lambda handler: handler.wfile.write(b"SSH-2.0-OpenSSH\r\n"), "could not be reached"),
        (lambda handler: handler.connection.shutdown(socket.SHUT_RDWR), "could not be reached"),
    ],
)
def test_what_is_no_whole_picture_is_told_in_a_sentence(web: Web, page: Page, words: str) -> None:
    """A web page, an error, a cut picture and another protocol each end in an error of ours."""
    web.pages["/hare.png"] = page
    with pytest.raises(InvalidImageError, match=words):
        fetch_picture("http://museum.example/hare.png", web.way(), seconds=5)


def test_a_name_that_is_not_there_is_said_so(web: Web) -> None:
    """A resolver's refusal names the host."""

    def look_up(host: str, port: int) -> list[str]:
        raise socket.gaierror("unknown")

    with pytest.raises(InvalidImageError, match=r"There is no museum\.example"):
        fetch_picture("http://museum.example/hare.png", WayOut(look_up, web.connect))


def test_no_thread_is_left_waiting(web: Web) -> None:
    """After a fetch neither its watchdog nor its resolver is alive."""
    web.pages["/hare.png"] = sends(png())
    fetch_picture("http://museum.example/hare.png", web.way())
    until = time.monotonic() + 5
    while any(isinstance(thread, threading.Timer) for thread in threading.enumerate()) and time.monotonic() < until:
        time.sleep(0.01)
    assert not [thread for thread in threading.enumerate() if isinstance(thread, threading.Timer)]

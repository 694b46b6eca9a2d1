"""Taking a picture, or a book of them, from the web without letting an address lead into this machine or its network.

Every address is checked by what it resolves to, at each redirect anew, and the connection goes to that very address:
a name that answers differently the second time gains nothing.
"""

from __future__ import annotations

import http.client
import io
import ipaddress
import queue
import re
import socket
import ssl
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import IO, TypeAlias
from urllib.parse import quote, unquote, urljoin, urlsplit

from core.errors import InvalidImageError
from core.images import sniff

MAX_BYTES = 50_000_000
MAX_SECONDS = 20.0
MAX_REDIRECTS = 5
_PORTS = {"http": 80, "https": 443}
_REDIRECTS = {301, 302, 303, 307, 308}
_CHUNK = 65_536
# our own list, for Python's changes with its patch releases (of IANA's special-purpose registries, and clouds' own)
_NOT_PUBLIC_V4 = tuple(
    ipaddress.IPv4Network(network)
    for network in (
        *("0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "168.63.129.16/32", "169.254.0.0/16"),
        *("172.16.0.0/12", "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15"),
        *("198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4"),
    )
)
# inside the global unicast range; 2001::/23 holds Teredo and 2002::/16 is 6to4: a relay would go to an address inside
_NOT_PUBLIC_V6 = tuple(
    ipaddress.IPv6Network(network) for network in ("2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20")
)
_GLOBAL_UNICAST = ipaddress.ip_network("2000::/3")
_NAT64 = ipaddress.ip_network("64:ff9b::/96")
_NUMBER = re.compile(r"\d+|0x[0-9a-f]*")
_URL_SAFE = "/%:@!$&'()*+,;=~-._"
_HEADERS = {"User-Agent": "Throughline", "Accept-Encoding": "identity", "Connection": "close"}
_HEAD = 1024  # bytes that tell what a file is

IPAddress: TypeAlias = ipaddress.IPv4Address | ipaddress.IPv6Address


def look_up(host: str, port: int) -> list[str]:
    """Return the addresses of a name, as the system's resolver gives them.

    Raises:
        OSError: there is no such name.
    """
    return [str(found[4][0]) for found in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]


@dataclass(frozen=True)
class WayOut:
    """How the outside is reached: names to addresses, a connection to (address, port), and trust in certificates."""

    look_up: Callable[[str, int], Sequence[str]] = look_up
    connect: Callable[[tuple[str, int], float], socket.socket] = socket.create_connection
    trust: Callable[[], ssl.SSLContext] = ssl.create_default_context


@dataclass(frozen=True)
class Wanted:
    """What is fetched: the largest size in bytes, how its first bytes are known, and how it is called in messages."""

    most: int
    is_known: Callable[[bytes], bool]
    name: str = "picture"
    accept: str = "image/*"


@dataclass(frozen=True)
class _Place:
    """A checked web address, taken apart. `target` is path and query as they are sent."""

    scheme: str
    host: str
    port: int
    target: str


def fetch_picture(url: str, way: WayOut | None = None, seconds: float = MAX_SECONDS) -> tuple[bytes, str]:
    """Return the picture at an http(s) address, and its name without ending.

    Raises:
        InvalidImageError: the address is not one we go to, does not answer in time, or holds no picture up to 50 MB.
    """
    data = io.BytesIO()
    stem = fetch(url, data, Wanted(MAX_BYTES, lambda head: sniff(head) is not None), way, seconds)
    return data.getvalue(), stem


def fetch(url: str, into: IO[bytes], wanted: Wanted, way: WayOut | None = None, seconds: float = MAX_SECONDS) -> str:
    """Write what is at an http(s) address to a file, piece by piece, and return its name without ending.

    Raises:
        InvalidImageError: the address is not one we go to, does not answer in time, or holds nothing that is wanted.
    """
    way, deadline = way or WayOut(), time.monotonic() + seconds
    for _ in range(MAX_REDIRECTS + 1):
        place = _place(url)
        following = _visit(place, way, deadline, wanted, into)
        if following is None:
            return _stem(place)
        url = _joined(url, following)
    raise InvalidImageError(f"The address leads on and on to others. Paste the address of the {wanted.name} itself.")


def is_public(address: str) -> bool:
    """Tell whether an IP address is out on the internet: not private, loopback, link-local, multicast or reserved."""
    ip = ipaddress.ip_address(address)
    if isinstance(ip, ipaddress.IPv4Address):
        return not any(ip in network for network in _NOT_PUBLIC_V4)
    inner = ip.ipv4_mapped or (ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF) if ip in _NAT64 else None)
    if inner is not None:
        return is_public(str(inner))
    return ip in _GLOBAL_UNICAST and not any(ip in network for network in _NOT_PUBLIC_V6)


def _joined(url: str, following: str) -> str:
    """Return where a redirect leads to; what a server sends there may be anything."""
    try:
        return urljoin(url, following)
    except ValueError:
        raise _no_address() from None


def _place(url: str) -> _Place:
    url = url.strip()
    if not url or any(char <= " " or char in "\\\x7f" for char in url):
        raise _no_address()
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise _no_address() from None
    scheme = parts.scheme.lower()
    if scheme not in _PORTS:
        raise InvalidImageError("Only addresses that begin with http:// or https:// can be taken.")
    if "@" in parts.netloc:
        raise InvalidImageError("An address with a user name in it is not taken. Paste it without the part before @.")
    if port not in (None, *_PORTS.values()):
        raise InvalidImageError(
            "Only the usual web ports, 80 and 443, are visited. Download the picture and upload it."
        )
    target = quote(parts.path or "/", safe=_URL_SAFE)
    target += f"?{quote(parts.query, safe=_URL_SAFE + '?')}" if parts.query else ""
    return _Place(scheme, _host(parts.hostname or ""), _PORTS[scheme] if port is None else port, target)


def _host(name: str) -> str:
    """Return a host as it is looked up: in ASCII, and an IPv4 address only in its usual four decimal parts."""
    if ":" in name:
        return name
    try:
        host = name.encode("idna").decode("ascii").lower().removesuffix(".")
    except UnicodeError:
        raise _no_address() from None
    if not re.fullmatch(r"[a-z0-9_.-]+", host):
        raise _no_address()
    if _NUMBER.fullmatch(host.rpartition(".")[2]) and not _is_ip(host):
        raise _no_address()
    return host


def _is_ip(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def _visit(place: _Place, way: WayOut, deadline: float, wanted: Wanted, into: IO[bytes]) -> str | None:
    """Ask for one address; write what it holds, or return where it leads on to."""
    addresses = _addresses(place, way, deadline)
    try:
        connection = _connected(place, addresses, way, deadline)
        watchdog = threading.Timer(max(0.0, _left(deadline)), _hang_up, [connection.sock])
        watchdog.daemon = True
        watchdog.start()
        try:
            connection.request("GET", place.target, headers={**_HEADERS, "Accept": wanted.accept})
            response = connection.getresponse()
            if response.status in _REDIRECTS and (location := response.getheader("Location")):
                return location
            _copy(response, place, deadline, wanted, into)
            return None
        finally:
            watchdog.cancel()
            connection.close()
    except (OSError, http.client.HTTPException, ValueError):
        if _left(deadline) <= 0:
            raise _too_slow(place) from None
        raise InvalidImageError(
            f"{place.host} could not be reached safely. Look whether the address opens in a browser, or download the "
            f"{wanted.name} and upload it."
        ) from None


def _addresses(place: _Place, way: WayOut, deadline: float) -> list[str]:
    """Look a name up once, within the time that is left; all its addresses must be public."""
    if _is_ip(place.host):
        found = [place.host]
    else:
        answers: queue.Queue[list[str]] = queue.Queue()
        threading.Thread(target=_answer, args=(answers, place, way), daemon=True).start()
        try:
            found = answers.get(timeout=max(0.001, _left(deadline)))
        except queue.Empty:
            raise _too_slow(place) from None
    if not found:
        raise InvalidImageError(f"There is no {place.host} on the web. Check the address.")
    if not all(_is_ip(address) and is_public(address) for address in found):
        raise InvalidImageError(
            "This address leads into a private network. Only pictures on the public web are taken; "
            "download this one and upload it."
        )
    return list(dict.fromkeys(found))


def _answer(answers: queue.Queue[list[str]], place: _Place, way: WayOut) -> None:
    try:
        answers.put(list(way.look_up(place.host, place.port)))
    except (OSError, UnicodeError):
        answers.put([])


def _connected(place: _Place, addresses: Sequence[str], way: WayOut, deadline: float) -> http.client.HTTPConnection:
    """Return a connection to the first address that answers; nothing is looked up again."""
    connection = (http.client.HTTPSConnection if place.scheme == "https" else http.client.HTTPConnection)(
        place.host, place.port
    )
    connection.sock = _socket(place, addresses, way, deadline)
    if place.scheme == "https":
        connection.sock = way.trust().wrap_socket(connection.sock, server_hostname=place.host)
    return connection


def _socket(place: _Place, addresses: Sequence[str], way: WayOut, deadline: float) -> socket.socket:
    for number, address in enumerate(addresses, 1):
        try:
            opened = way.connect((address, place.port), max(0.001, _left(deadline) / (len(addresses) - number + 1)))
        except OSError:
            continue
        opened.settimeout(max(0.001, _left(deadline)))
        return opened
    raise OSError("no address answers")


def _copy(response: http.client.HTTPResponse, place: _Place, deadline: float, wanted: Wanted, into: IO[bytes]) -> None:
    if response.status != http.HTTPStatus.OK:
        raise InvalidImageError(
            f"{place.host} answered with {response.status} and no {wanted.name}. Check the address."
        )
    if (response.length or 0) > wanted.most:
        raise _too_large(wanted)
    head, count = b"", 0
    while chunk := response.read1(_CHUNK):
        head += chunk[: _HEAD - len(head)]
        count += len(chunk)
        if count > wanted.most:
            raise _too_large(wanted)
        into.write(chunk)
        if _left(deadline) <= 0 or (len(head) >= 16 and not wanted.is_known(head)):
            break
    if _left(deadline) <= 0:  # hung up on: what came may look whole
        raise _too_slow(place)
    if not wanted.is_known(head):
        raise InvalidImageError(
            f"What {place.host} sent is no {wanted.name} we know, perhaps a page that shows one. Open it, and copy the "
            f"address of the {wanted.name} itself."
        )
    if response.length:
        raise OSError("cut short")


def _hang_up(sock: socket.socket) -> None:
    """Wake a read that a server feeds byte by byte: its socket's own time limit starts anew with each."""
    try:
        sock.shutdown(socket.SHUT_RDWR)
    except OSError:
        return


def _stem(place: _Place) -> str:
    return PurePosixPath(unquote(place.target.partition("?")[0])).stem or place.host


def _left(deadline: float) -> float:
    return deadline - time.monotonic()


def _no_address() -> InvalidImageError:
    return InvalidImageError("This is no web address. Paste one that begins with https:// and ends at a picture.")


def _too_large(wanted: Wanted) -> InvalidImageError:
    size = f"over {wanted.most // 1_000_000} MB"
    return InvalidImageError(f"This {wanted.name} is {size}. Download it, make it smaller, and upload it.")


def _too_slow(place: _Place) -> InvalidImageError:
    return InvalidImageError(f"{place.host} did not send everything in time. Try again, or download and upload it.")

"""What holds for every test: no outside service, no settings of this machine, a home of its own."""

import os
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.standin import StandIn

OWN_VARIABLES = ("GOOGLE_", "GEMINI_", "THROUGHLINE_", "CLOUDSDK_", "OPENAI_")
PROXY_VARIABLES = ("http_proxy", "https_proxy", "all_proxy", "no_proxy")
LOOPBACK = ("127.", "::1", "localhost", "0.0.0.0", "::ffff:127.")


class OutsideWorldError(AssertionError):
    """A test tried to leave this machine."""


@pytest.fixture(autouse=True, scope="session")
def _no_outside_world() -> Iterator[None]:
    """Refuse every connection and name lookup that is not for this machine."""
    patch = pytest.MonkeyPatch()
    for name in ("connect", "connect_ex"):
        patch.setattr(socket.socket, name, _guarded(getattr(socket.socket, name)))
    patch.setattr(socket, "getaddrinfo", _guarded_lookup(socket.getaddrinfo))
    yield
    patch.undo()


@pytest.fixture(autouse=True)
def _own_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Clear what this machine is configured with, and give the test a home of its own."""
    for name in list(os.environ):
        if name.startswith(OWN_VARIABLES) or name.lower() in PROXY_VARIABLES:
            monkeypatch.delenv(name)
    monkeypatch.setenv("THROUGHLINE_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("NO_PROXY", "*")
    monkeypatch.setenv("NO_GCE_CHECK", "true")
    monkeypatch.setenv("CLOUDSDK_CONFIG", str(tmp_path / "gcloud"))


@pytest.fixture
def server() -> Iterator[StandIn]:
    """A stand-in for Gemini that listens."""
    with StandIn() as stand_in:
        yield stand_in


def _guarded(connect: Any) -> Any:
    def guarded(self: socket.socket, address: Any) -> Any:
        if self.family in (socket.AF_INET, socket.AF_INET6):
            _check(address[0])
        return connect(self, address)

    return guarded


def _guarded_lookup(lookup: Any) -> Any:
    def guarded(host: Any, *args: Any, **kwargs: Any) -> Any:
        if host is not None:
            _check(host)
        return lookup(host, *args, **kwargs)

    return guarded


def _check(host: str | bytes) -> None:
    name = host.decode() if isinstance(host, bytes) else str(host)
    if name and not name.startswith(LOOPBACK):
        raise OutsideWorldError(f"a test tried to reach {name}")

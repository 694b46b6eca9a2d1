"""A local web server that tests reach under every name, as if it were out on the internet."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from core.studio.fetching import WayOut

PUBLIC = "93.184.215.14"
Page = Callable[[BaseHTTPRequestHandler], None]


class Web:
    """A local web server that stands for every public address; it records who was asked for and connected to."""

    def __init__(self) -> None:
        self.pages: dict[str, Page] = {}
        self.names: dict[str, list[list[str]]] = {}
        self.looked_up: list[str] = []
        self.connected: list[tuple[str, int]] = []
        self.hosts: list[str] = []
        self.encrypted: list[str] = []
        web = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                web.hosts.append(self.headers["Host"])
                web.pages[self.path](self)

            def log_message(self, *args: Any) -> None:
                """Say nothing."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()

    def look_up(self, host: str, port: int) -> list[str]:
        self.looked_up.append(host)
        answers = self.names.get(host, [[PUBLIC]])
        return answers.pop(0) if len(answers) > 1 else answers[0]

    def connect(self, address: tuple[str, int], timeout: float) -> socket.socket:
        self.connected.append(address)
        return socket.create_connection(self.server.server_address[:2], timeout)

    def wrap_socket(self, sock: socket.socket, server_hostname: str) -> socket.socket:
        """Stand for a TLS context that finds the certificate good."""
        self.encrypted.append(server_hostname)
        return sock

    def way(self) -> WayOut:
        return WayOut(self.look_up, self.connect, lambda: self)  # type: ignore[arg-type,return-value]


def sends(data: bytes, **headers: str) -> Page:
    """Return a page that answers with these bytes."""

    def page(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        for name, value in {"Content_Length": str(len(data)), **headers}.items():
            handler.send_header(name.replace("_", "-"), value)
        handler.end_headers()
        handler.wfile.write(data)

    return page


def leads(to: str, code: int = 302) -> Page:
    """Return a page that leads on."""

    def page(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(code)
        handler.send_header("Location", to)
        handler.end_headers()

    return page

"""Opening the studio: a free port, the web server in this process, and the browser once it answers."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
import urllib.request
import webbrowser
from pathlib import Path

import click

from core.errors import ConfigurationError

APP = Path(__file__).parents[2] / "streamlit_app.py"
FIRST_PORT = 8501
_PORTS_TRIED = 100
_ANSWERS_WITHIN_SECONDS = 60.0


@click.command("studio")
@click.option("--port", type=click.IntRange(1, 65535), help="Port to listen on (default: 8501, or the next free one).")
@click.option("--address", default="127.0.0.1", show_default=True, help="Address to listen on; 0.0.0.0 for a network.")
@click.option("--no-browser", is_flag=True, help="Only say where the studio is.")
def open_studio(port: int | None, address: str, no_browser: bool) -> None:
    """Open the studio in the browser. Ctrl-C ends it; unfinished runs go on with the next start."""
    number = _chosen_port(address, port)
    url = f"http://{'localhost' if address in ('127.0.0.1', '0.0.0.0') else address}:{number}"  # noqa: S104
    click.echo(f"Throughline is at {url} (Ctrl-C ends it)")
    if not no_browser:
        threading.Thread(target=_open_when_ready, args=(url,), daemon=True).start()
    _serve(address, number)


def _serve(address: str, port: int) -> None:
    from streamlit.web.cli import main

    options = {
        "server.address": address,
        "server.port": port,
        # our own words and browser: Streamlit would ask for an e-mail address, and another host for this one's address
        "server.headless": "true",
        "logger.hideWelcomeMessage": "true",
    }
    flags = [word for name, value in options.items() for word in (f"--{name}", str(value))]
    main(["run", str(APP), *flags], prog_name="streamlit", standalone_mode=False)


def _chosen_port(address: str, port: int | None) -> int:
    if port is not None:
        if not _is_free(address, port):
            raise ConfigurationError(f"Port {port} is taken. Choose another one, or leave --port out.")
        return port
    free = (number for number in range(FIRST_PORT, FIRST_PORT + _PORTS_TRIED) if _is_free(address, number))
    found = next(free, None)
    if found is None:
        raise ConfigurationError(f"No port is free from {FIRST_PORT} on. Name one with --port.")
    return found


def _is_free(address: str, port: int) -> bool:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with socket.socket(family) as probe:
        # a port in its waiting time after a close is free for a server
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((address, port))
        except OSError:
            return False
    return True


def _open_when_ready(url: str) -> None:
    deadline = time.monotonic() + _ANSWERS_WITHIN_SECONDS
    while time.monotonic() < deadline:
        with contextlib.suppress(OSError), urllib.request.urlopen(f"{url}/_stcore/health", timeout=1):  # noqa: S310
            webbrowser.open(url)
            return
        time.sleep(0.1)

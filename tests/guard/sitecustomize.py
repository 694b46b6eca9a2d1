"""Loaded by every Python process a test starts: it cannot reach anything but this machine."""

import socket

_LOOPBACK = ("127.", "::1", "localhost", "0.0.0.0", "::ffff:127.")


def _check(address: object) -> None:
    host = address[0] if isinstance(address, tuple) else ""
    if host and not str(host).startswith(_LOOPBACK):
        raise OSError(f"a test's process tried to reach {host}")


def _guard(name: str) -> None:
    plain = getattr(socket.socket, name)

    def guarded(self: socket.socket, address: object) -> object:
        if self.family in (socket.AF_INET, socket.AF_INET6):
            _check(address)
        return plain(self, address)

    setattr(socket.socket, name, guarded)


for _name in ("connect", "connect_ex"):
    _guard(_name)

"""Run the stand-in by hand: `python -m tests.standin --port 8099`."""

import argparse
import threading

from tests.standin import FAULTS, SEARCH_FAULTS, StandIn


def main() -> None:
    """Serve until interrupted."""
    parser = argparse.ArgumentParser(prog="python -m tests.standin", description="A local stand-in for Gemini.")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--key", default="stand-in-key")
    parser.add_argument("--delay", type=float, default=0.0, help="seconds before every answer")
    parser.add_argument(
        "--fail", action="append", default=[], choices=sorted({*FAULTS, *SEARCH_FAULTS}), help="fault of the next call"
    )
    parser.add_argument("--grainy", action="store_true", help="answer with pictures as heavy as real ones")
    options = parser.parse_args()
    with StandIn(port=options.port, key=options.key, delay=options.delay, is_grainy=options.grainy) as server:
        for fault in options.fail:
            server.fail_next(fault)
        print(f"GOOGLE_GEMINI_BASE_URL={server.url} GEMINI_API_KEY={server.key} NO_PROXY=127.0.0.1", flush=True)
        threading.Event().wait()


if __name__ == "__main__":
    main()

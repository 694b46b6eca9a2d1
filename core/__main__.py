"""`throughline`, also `python -m core`: runs a command, and however that ends, says so in one sentence and a code.

Exit code 0: done. 1: some step failed, or something unforeseen, or the output could not be written. 2: bad input or
configuration, nothing was run. 130: stopped with Ctrl-C. With `--json` an error is one JSON document on stdout. There
is no traceback unless THROUGHLINE_DEBUG=1.
"""

from __future__ import annotations

import os
import sys
import traceback
from typing import Any, NoReturn

import click

from core.errors import RunBrokenError, StudioError

DONE, FAILED, BAD_INPUT, INTERRUPTED = 0, 1, 2, 130


def main() -> NoReturn:
    """Run the command line."""
    _take_any_text()
    try:
        code = _run()
    except OSError:  # not even the end could be told: who read it has gone, or the disk is full
        code = FAILED
    is_lost = _is_output_lost()
    code = FAILED if is_lost and code == DONE else code
    if _is_stuck():
        os._exit(code)
    sys.exit(code)


def _run() -> int:  # noqa: PLR0911 - one end a line
    try:
        return _code(_commands()(standalone_mode=False))
    except SystemExit as end:
        return _code(end.code)
    except StudioError as error:
        return _complain(FAILED if isinstance(error, RunBrokenError) else BAD_INPUT, error.to_plain())
    except click.exceptions.NoArgsIsHelpError as error:
        click.echo(error.format_message())
        return BAD_INPUT
    except click.ClickException as error:
        return _complain(BAD_INPUT, {"type": "UsageError", "code": "usage", "message": error.format_message()})
    except (click.Abort, KeyboardInterrupt):
        return _complain(INTERRUPTED, {"type": "Interrupted", "code": "interrupted", "message": "Stopped."})
    except BaseException as error:  # the last net: some libraries end their work with errors that are no Exception
        if isinstance(error, OSError) and not _is_json():
            click.echo()  # raises once more when it was stdout that failed, which nobody can be told
        return _complain(FAILED, _unforeseen(error))


def _commands() -> click.Group:
    # loaded here, so that Ctrl-C meanwhile ends like any other
    from core.cli import cli
    from core.ui.launch import open_studio

    cli.add_command(open_studio)
    return cli


def _code(result: Any) -> int:
    return result if isinstance(result, int) else DONE


def _unforeseen(error: BaseException) -> dict[str, Any]:
    if os.environ.get("THROUGHLINE_DEBUG") == "1":
        traceback.print_exception(error)
    name = type(error).__name__
    message = (
        f"Something unforeseen went wrong ({name}). What was made until now is kept; try again. "
        "THROUGHLINE_DEBUG=1 shows the details."
    )
    return {"type": name, "code": "unforeseen", "message": message}


def _complain(code: int, error: dict[str, Any]) -> int:
    from core.cli.printing import plain, print_json, tell

    if _is_json():
        print_json({"error": error})
    else:
        tell(error["message"] if code == INTERRUPTED else f"Error: {plain(error['message'])}")
    return code


def _is_stuck() -> bool:
    """Tell whether a run waits for ever for a full disk: Python's own end would wait for it."""
    runner = sys.modules.get("core.studio.runner")
    return runner is not None and bool(runner.Runner.is_stuck)


def _is_json() -> bool:
    return "--json" in sys.argv[1:]


def _take_any_text() -> None:
    """Have letters that the terminal cannot show written as escapes."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")


def _is_output_lost() -> bool:
    """Write out what waits, tell whether stdout did not take it, and keep Python from complaining of it at exit."""
    is_lost = sys.stdout is None
    for stream in (sys.stdout, sys.stderr):
        try:
            if stream is not None:
                stream.flush()
        except OSError:
            is_lost = is_lost or stream is sys.stdout
            os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
    return is_lost


if __name__ == "__main__":
    main()

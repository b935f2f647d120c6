"""The same call as a curl command, for a colleague or a ticket, without the key."""

from __future__ import annotations


def curl_command(url: str, body: str) -> str:
    """A command over several lines that sends a body as LeapGrid would.

    The key stands as ``$LEAPGRID_TOKEN`` in double quotes, for the reader's shell to fill in; all else is
    in single quotes, in which a shell takes every character as it is.

    Args:
        url: the full address of the call.
        body: the JSON text, e.g. of ``payload_text``.

    Raises:
        ValueError: for a NUL character, which no command line can carry; JSON text has none.
    """
    if "\0" in url or "\0" in body:
        raise ValueError("A command line cannot carry a NUL character.")
    return " \\\n".join(
        (
            f"curl --request POST {_quoted(url)}",
            '  --header "Authorization: Bearer $LEAPGRID_TOKEN"',
            f"  --header {_quoted('Content-Type: application/json')}",
            # --data-raw, as --data takes a body that begins with @ for the name of a file.
            f"  --data-raw {_quoted(body)}",
        )
    )


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "'\\''") + "'"

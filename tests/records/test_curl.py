"""The curl command, run by a real shell: what curl would get is compared byte by byte."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from leapgrid.records import curl_command, payload_text

BASH = shutil.which("bash")
pytestmark = pytest.mark.skipif(BASH is None, reason="needs a shell")

URL = "http://127.0.0.1:8001/api/v1/org/objects/lead/record/bulk_create"
TOKEN = "tok $HOME `id` \"'\\ end"
HOSTILE = [
    "plain",
    "it's",
    "'; touch hacked; '",
    'say "hi"',
    "$HOME ${PATH} $(id) `id`",
    "back\\slash \\' \\n",
    "two\nlines\n\n",
    "!history !! #comment",
    "~ * ? [a-z] {a,b} && || ; | > <",
    "@/etc/passwd",
    "Jörg 用户 👩‍💻 \u2028",
    "\t tab and \x1b[31m escape",
    "''''",
    "-x --data",
    "%0a %s",
]


def run(command: str, folder: Path) -> list[bytes]:
    """The arguments that curl gets when a shell runs the command."""
    stub = folder / "curl"
    stub.write_text('#!/bin/bash\nprintf "%s\\0" "$@" > "$RECORD"\n')
    stub.chmod(0o755)
    record = folder / "argv"
    script = folder / "call.sh"
    script.write_bytes(command.encode("utf-8"))
    assert BASH is not None
    subprocess.run(
        [BASH, str(script)],
        check=True,
        timeout=20,
        cwd=folder,
        env={
            **os.environ,
            "PATH": f"{folder}:{os.environ['PATH']}",
            "RECORD": str(record),
            "LEAPGRID_TOKEN": TOKEN,
        },
    )
    return record.read_bytes().split(b"\0")[:-1]


@pytest.mark.parametrize("text", HOSTILE)
def test_a_shell_hands_over_the_very_bytes(text: str, tmp_path: Path) -> None:
    body = payload_text([{"name": text, text: "x"}])
    assert run(curl_command(URL, body), tmp_path) == [
        b"--request",
        b"POST",
        URL.encode(),
        b"--header",
        b"Authorization: Bearer " + TOKEN.encode(),
        b"--header",
        b"Content-Type: application/json",
        b"--data-raw",
        body.encode("utf-8"),
    ]
    assert sorted(p.name for p in tmp_path.iterdir()) == ["argv", "call.sh", "curl"]


def test_a_body_of_any_kind_and_a_quoted_address(tmp_path: Path) -> None:
    body = "\n".join(HOSTILE)
    url = "https://host/it's?a=$b&c=`d`"
    arguments = run(curl_command(url, body), tmp_path)
    assert arguments[2] == url.encode()
    assert arguments[-1] == body.encode("utf-8")


def test_the_command_as_people_see_it() -> None:
    assert curl_command(URL, '[\n  {\n    "name": "O\'Brien"\n  }\n]') == (
        f"curl --request POST '{URL}' \\\n"
        '  --header "Authorization: Bearer $LEAPGRID_TOKEN" \\\n'
        "  --header 'Content-Type: application/json' \\\n"
        "  --data-raw '[\n  {\n    \"name\": \"O'\\''Brien\"\n  }\n]'"
    )


def test_a_nul_character_is_refused() -> None:
    with pytest.raises(ValueError, match="NUL"):
        curl_command(URL, "a\0b")

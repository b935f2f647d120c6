"""Curl commands as browsers, Postman and documentation write them: all mean the same two records."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from leapgrid.files import UnreadableFile

from .conftest import Read, codes, records

Refusal = Callable[..., UnreadableFile]

ANNA = {"name": "Anna O'Brien & Söhne 😀!", "email": "anna@obrien.ie"}
BO = {"name": 'Bo "B" \\ 100%x', "phone": "+1-555-123-4567"}

FORMS = {
    "chrome, bash": r"""curl 'https://app.superleap.dev/api/v1/org/objects/lead/record/bulk_create' \
  -H 'accept: application/json, text/plain, */*' \
  -H 'authorization: Bearer sEcReT' \
  -H 'content-type: application/json' \
  -b 'session=sEcReT; theme=dark' \
  -H 'sec-ch-ua: "Chromium";v="130", "Not?A_Brand";v="99"' \
  --data-raw $'[{"name":"Anna O\'Brien & Söhne \ud83d\ude00\u0021","email":"anna@obrien.ie"},"""
    r"""{"name":"Bo \\"B\\" \\\\ 100%x","phone":"+1-555-123-4567"}]' \
  --compressed
""",
    "chrome, cmd": r"""curl ^"https://app.superleap.dev/api/v1/org/objects/lead/record/bulk_create^" ^
  -H ^"accept: application/json, text/plain, */*^" ^
  -H ^"authorization: Bearer sEcReT^" ^
  -b ^"session=sEcReT; theme=dark^" ^
  -H ^"content-type: application/json^" ^
  --data-raw ^"^[^{^\^"name^\^":^\^"Anna O'Brien ^& S^öhne ^😀^!^\^",^\^"email^\^":"""
    r"""^\^"anna^@obrien.ie^\^"^},^{^\^"name^\^":^\^"Bo ^\^\^\^"B^\^\^\^" ^\^\ 100^%^x^\^","""
    r"""^\^"phone^\^":^\^"+1-555-123-4567^\^"^}^]^"
""",
    "chrome before, cmd": r"""curl "https://app.superleap.dev/x" ^
  -H "Authorization: Bearer sEcReT" ^
  --data-binary "["^

"{\"name\":\"Anna O'Brien ^& Söhne 😀!\",\"email\":\"anna@obrien.ie\"},"""
    r"""{\"name\":\"Bo \\\"B\\\" \\ 100%x\",\"phone\":\"+1-555-123-4567\"}]" ^
  --compressed
""",
    "firefox, bash": r"""curl 'https://app.superleap.dev/x' --compressed -X POST """
    r"""-H 'Cookie: session=sEcReT' --data-raw $'[\r\n{"name":"Anna O\'Brien & """
    r"""S\xc3\xb6hne \U0001F600!","email":"anna@obrien.ie"},\n"""
    r"""{"name":"Bo \\"B\\" \\\\ 100%x","phone":"+1-555-123-4567"}]'
""",
    "safari": r"""curl 'https://app.superleap.dev/x' \
-X 'POST' \
-H 'Authorization: Bearer sEcReT' \
--data-binary '[{"name":"Anna O'\''Brien & Söhne 😀!","email":"anna@obrien.ie"},"""
    r"""{"name":"Bo \"B\" \\ 100%x","phone":"+1-555-123-4567"}]'
""",
    "postman": r"""curl --location 'https://app.superleap.dev/x' \
--header 'Content-Type: application/json' \
--header 'x-api-key: sEcReT' \
--data '[
    {
        "name": "Anna O'\''Brien & Söhne 😀!",
        "email": "anna@obrien.ie"
    },
    {
        "name": "Bo \"B\" \\ 100%x",
        "phone": "+1-555-123-4567",
    }
]'
""",
    "documentation, heredoc": r"""$ TOKEN=sEcReT curl https://me:sEcReT@app.superleap.dev/x?api_key=sEcReT \
    -H "Authorization: Bearer $TOKEN" --json @- <<'EOF'
[
  {"name": "Anna O'Brien & Söhne 😀!", "email": "anna@obrien.ie"},
  {"name": "Bo \"B\" \\ 100%x", "phone": "+1-555-123-4567"}
]
EOF
""",
    "documentation, several": r"""# create two leads
curl -u me:sEcReT https://app.superleap.dev/x \
  -d '[{"name": "Anna O'"'"'Brien ' -d " Söhne 😀!\", \"email\": \"anna@obrien.ie\"}, " \
  --json '{"name": "Bo \"B\" \\ 100%x", "phone": "+1-555-123-4567"}]'
""",
}  # fmt: skip


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("end", ["\n", "\r\n"], ids=["LF", "CRLF"])
def test_reads_commands_as_programs_write_them(read: Read, form: str, end: str) -> None:
    found = read("in.txt", FORMS[form].replace("\n", end))
    assert found.kind == "curl"
    assert records(found) == [ANNA, BO]
    assert "credentials_dropped" in codes(found)
    assert "sEcReT" not in repr(found)


@pytest.mark.parametrize(
    ("form", "lines"),
    [
        ("postman", [5, 9]),
        ("documentation, heredoc", [4, 5]),
        ("chrome, bash", [7, 7]),
        ("chrome, cmd", [6, 6]),
        ("chrome before, cmd", [3, 3]),
        ("documentation, several", [3, 3]),
    ],
)
def test_records_know_the_line_on_which_they_stand(read: Read, form: str, lines: list[int]) -> None:
    assert read("in.txt", FORMS[form]).frame.lines == lines


@pytest.mark.parametrize(
    "text",
    [
        "TOKEN=sEcReT\ncurl h -d '[]'",
        "curl h -d '[]'\nsEcReT",
        "curl h -H 'Authorization: Bearer sEcReT' -d '[{]'",
        "curl https://u:sEcReT@h/x -d '[1]'",
        "curl h -H 'X-Token: sEcReT' -o x -d '[]'",
        "curl h -u u:sEcReT",
        "curl h -b 'sEcReT",
        'curl ^"h^" -H ^"Authorization: sEcReT^" -d ^"{^"',
    ],
)
def test_no_key_stands_in_what_is_said_of_a_bad_command(refusal: Refusal, text: str) -> None:
    problem = refusal("in.txt", text)
    assert "sEcReT" not in problem.message
    assert "sEcReT" not in str(problem.__cause__)


def test_a_note_tells_of_keys_but_not_which(read: Read) -> None:
    found = read("in.txt", 'curl https://h/x?token=sEcReT -d \'{"name": "A"}\'')
    assert [note.message for note in found.notes] == [
        "The key in the command of line 1 was left out; your own connection is used."
    ]


@pytest.mark.parametrize(
    ("command", "said"),
    [
        ("-H 'authorization: Bearer sEcReT' -b 'sid=sEcReT'", "The key and the cookie in"),
        ("-u me:sEcReT -b 'sid=sEcReT' -H 'X-Api-Key: sEcReT'", "The key, the cookie and the password in"),
        ("-H 'Authorization: Basic sEcReT'", "The password in"),
        ("-H 'Cookie: sEcReT' -H 'x-csrf-token: sEcReT'", "The key and the cookie in"),
        ("-E sEcReT.pem", "The certificate in"),
        ("https://me:sEcReT@h/x?api_key=sEcReT", "The key and the password in"),
    ],
)
def test_each_kind_of_secret_that_was_left_out_is_named(read: Read, command: str, said: str) -> None:
    found = read("in.txt", f'curl {command} -d \'{{"name": "A"}}\' https://h/x')
    (note,) = found.notes
    assert note.code == "credentials_dropped"
    assert note.message.startswith(f"{said} the command of line 1 w")
    assert "sEcReT" not in repr(found)


def test_what_is_set_before_the_command_is_named_by_its_kind(read: Read) -> None:
    found = read("in.txt", 'PASSWORD=sEcReT KEY=sEcReT curl https://h/x -d \'{"name": "A"}\'')
    assert found.notes[0].message.startswith(
        "The key and the password in the command of line 1 were left out"
    )

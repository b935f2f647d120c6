"""Curl commands: the body is read, nothing is run, and no key stays anywhere."""

from __future__ import annotations

import json
import shlex
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leapgrid.files import UnreadableFile, read_file
from leapgrid.files.curl import read_curl
from leapgrid.files.notebook import Notebook
from leapgrid.records.schema import schema_for

from .conftest import Read, codes, records

SAMPLES = Path(__file__).parents[1] / "samples"
URL = "https://app.example.com/api/v1/org/objects/lead/record/bulk_create"
Refusal = Callable[..., UnreadableFile]


def test_reads_the_documented_command() -> None:
    found = read_file(SAMPLES / "multiple_fields.curl.txt", schema=schema_for("lead"))
    plain = read_file(SAMPLES / "multiple_fields.request.json5", schema=schema_for("lead"))
    assert found.kind == "curl"
    assert records(found) == records(plain)
    assert codes(found) == ["json5", "credentials_dropped"]


@pytest.mark.parametrize(
    "command",
    [
        f"curl {URL} -d '[{{\"name\": \"O'\\''Brien\"}}]'",
        f'curl {URL} --data-raw $\'[{{"name": "O\\\'Brien"}}]\'',
        f'curl {URL} --data-binary $\'[{{"name": "O\\x27Brien"}}]\'',
        f'curl {URL} --json "[{{\\"name\\": \\"O\'Brien\\"}}]"',
        f"curl -sSLX POST {URL} \\\n  -H 'Accept: */*' \\\r\n  -d'[{{\"name\": \"O\\u0027Brien\"}}]'",
        f'# a lead\n$ curl -X POST {URL} --compressed --data [{{\\"name\\":\\"O\\\'Brien\\"}}]',
        f'curl --max-time 5 --url {URL} --data-ascii "[{{name: \\"O\'Brien\\"}}]"',
        f'curl \\\n{URL} --data \'\'"[{{"\'"name": \'"\\"O\'Brien\\""\'}}]\'',
    ],
)
@pytest.mark.parametrize("name", ["in.txt", "in.json", "in.csv", "in.sh", "in"])
def test_reads_the_quotes_of_a_shell(read: Read, command: str, name: str) -> None:
    found = read(name, command)
    assert found.kind == "curl"
    assert records(found) == [{"name": "O'Brien"}]


def test_reads_several_commands_as_one_list(read: Read) -> None:
    one = f'curl {URL} --data \'[{{"name": "A"}}]\''
    two = f'curl {URL} --data \'{{"name": "B", "email": "b@b.de"}}\''
    for between in ("\n", "\n\n# the second\n", " ; ", " && "):
        assert records(read("in.txt", f"{one}{between}{two}\n")) == [
            {"name": "A"},
            {"name": "B", "email": "b@b.de"},
        ]


@pytest.mark.parametrize(
    "secret",
    [
        "-H 'Authorization: Bearer sEcReT'", "--header 'authorization:sEcReT'", "-H'X-Api-Key: sEcReT'",
        "-u me:sEcReT", "--user me:sEcReT", "-b 'session=sEcReT'", "--cookie sEcReT",
        "-H 'Cookie: a=sEcReT'", "--oauth2-bearer sEcReT",
    ],
)  # fmt: skip
def test_drops_what_authenticates(read: Read, secret: str) -> None:
    found = read("in.txt", f'curl {URL} {secret} -d \'[{{"name": "A"}}]\'')
    assert codes(found) == ["credentials_dropped"]
    assert "sEcReT" not in repr(found)


def test_a_variable_is_not_filled_in(read: Read, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LEAPGRID_TOKEN", "sEcReT")
    found = read(
        "in.txt", f'curl {URL} -H "Authorization: Bearer $LEAPGRID_TOKEN" -d "{{name: \'$LEAPGRID_TOKEN\'}}"'
    )
    assert records(found) == [{"name": "$LEAPGRID_TOKEN"}]


def test_an_address_for_another_object_is_noted_and_not_used(read: Read) -> None:
    command = f'curl {URL.replace("lead", "deal%20x")} -d \'[{{"name": "A"}}]\''
    found = read("in.txt", command)
    assert found.schema.slug == "lead"
    assert codes(found) == ["other_object"]
    assert "“deal x”" in found.notes[0].message


@pytest.mark.parametrize(
    ("command", "said", "line"),
    [
        ("curl h -d @leads.json", "takes -d from another file", 1),
        ("curl h --data-binary @-", "takes --data-binary from another file", 1),
        ("curl h --json @x", "takes --json from another file", 1),
        ("curl h -H @x -d '[]'", "takes -H from another file", 1),
        ("curl \\\n --config x \\\n h", "Line 2 of in.txt has --config, which reads other files", 2),
        ("curl -K x h", "has -K, which reads other files", 1),
        ("curl h -d '[]' -o out", "has -o, which writes a file", 1),
        ("curl h -d '[]' -sSo out", "has -o, which writes a file", 1),
        ("curl h -d '[]' -x proxy:1", "has -x, which goes through a proxy", 1),
        ("curl h -F a=b", "has -F, which sends a form", 1),
        ("curl -T x h", "has -T, which sends a file", 1),
        ("curl file:///etc/passwd -d '[]'", "has the address of a file", 1),
        ("curl FILE:/etc/passwd -d '[]'", "has the address of a file", 1),
        ("curl https://h/x", "has no --data", 1),
        ("curl h --data", "ends after --data", 1),
        ("curl h -d '[]' -d '[]'", "a second body", 1),
        ("curl h -d '[]' file:///etc/passwd", "has the address of a file", 1),
        ("curl --url @urls -d '[]'", "takes --url from another file", 1),
        ("curl h --netrc-file x -d '[]'", "has --netrc-file, which reads other files", 1),
        ("curl h --expand-data '{{x}}'", "has --expand-data, which fills in variables", 1),
        ("curl h --libcurl x.c -d '[]'", "has --libcurl, which writes a file", 1),
        ("curl h -d @- <<EOF\n[]\n", "Line 1 of in.txt begins a text (<<) that is never ended", 1),
        ("curl h -d @- <<EOF", "Line 1 of in.txt begins a text (<<) that is never ended", 1),
        ("curl h -d @- <<< '[]'", "“<” outside of quotes", 1),
        ('curl ^"h^" ^\r\n -d ^"[', "Line 2 of in.txt opens a quote", 2),
        ('curl ^"h^" -d ^"[]^" | more', "“|” outside of quotes", 1),
        ('curl h -d \'[{"name": "A"}]\' -d \'[{"name": "B"}]\'', "a second body", 1),
        ("curl h -d '[]' | sh", "“|” outside of quotes", 1),
        ("curl h -d '[]' > x", "“>” outside of quotes", 1),
        ("curl h -d $(cat x)", "“$” outside of quotes", 1),
        ("curl h -d '[]' &", "“&” outside of quotes", 1),
        ("curl h \\\n -d '[", "Line 2 of in.txt opens a quote", 2),
        ('curl h -d "[', "opens a quote", 1),
        ("curl h -d $'[", "opens a quote", 1),
        ("curl h -d $'[\\xff]'", "is not UTF-8", 1),
        ("curl h -d '[]'\nrm -rf x", "Line 2 of in.txt is not a curl command.", 2),
        ("curl h \\\n -d '[\n{\"name\": }]'", "a value is missing in line 3, character 10", 3),
        ("curl h -d 'a=b'", "is not JSON", 1),
        ("curl h -d '[1]'", "Record 1 of in.txt is a number", None),
    ],
)
def test_refuses_what_is_more_than_a_body(
    refusal: Refusal, command: str, said: str, line: int | None
) -> None:
    problem = refusal("in.txt", command)
    assert said in problem.message
    assert problem.line == line


def test_data_raw_may_begin_with_an_at_sign(refusal: Refusal) -> None:
    assert "is not JSON" in refusal("in.txt", "curl h --data-raw @x").message


def test_a_table_with_a_column_called_curl_is_a_table(read: Read) -> None:
    found = read("in.csv", "curl ,name\n1,A\n")
    assert found.kind == "csv"
    assert records(found) == [{"name": "A"}]


@settings(max_examples=150, deadline=None)
@given(st.lists(st.text(st.characters(exclude_categories=("Cs",)), max_size=12), min_size=1, max_size=3))
def test_any_body_survives_the_quoting_of_a_shell(texts: list[str]) -> None:
    body = json.dumps([{"name": text} for text in texts], ensure_ascii=False, indent=2)
    command = f"curl --location {shlex.quote(URL)} \\\n  --data {shlex.quote(body)}\n"
    (found,) = read_curl(command, "x", "lead", Notebook())
    assert found.text == body
    assert found.line == 2


@settings(max_examples=300, deadline=None)
@given(st.text("curl -dHo@'\"\\$\n\t;&|#(){}[]:xu0é", max_size=40))
def test_no_text_makes_anything_but_a_sentence(text: str) -> None:
    said = ""
    try:
        read_curl(f"curl {text}", "x", "lead", Notebook())
    except UnreadableFile as problem:
        said = problem.message
    assert said.isprintable()

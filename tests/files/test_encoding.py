"""The encoding of a file is found out where UTF-8 does not fit, shown with what it means, and changeable."""

from __future__ import annotations

from pathlib import Path

import pytest

from leapgrid.files import RawFile, ReadOptions, UnreadableFile, read_raw
from leapgrid.records.schema import schema_for

LEAD = schema_for("lead")

GERMAN = "name,email\nJürgen Müller,a@b.de\nKäthe Groß,b@b.de\n"
FRENCH = "name,email\nRené Lefèvre – « directeur » à 5 €,a@b.fr\n"
JAPANESE = "name,email\n田中 太郎,a@b.jp\nすずき はなこ,b@b.jp\n"
CHINESE = "name,email\n王小明,a@b.cn\n张伟,b@b.cn\n李娜,c@b.cn\n"


def read(path: Path, data: bytes, encoding: str | None = None) -> RawFile:
    path.write_bytes(data)
    return read_raw(path, ReadOptions(encoding=encoding), schema=LEAD)


def names(raw: RawFile) -> list[str]:
    return raw.frame.column(0)


def expected(text: str) -> list[str]:
    return [line.split(",")[0] for line in text.splitlines()[1:]]


def refused(path: Path, data: bytes, encoding: str | None = None) -> UnreadableFile:
    with pytest.raises(UnreadableFile) as caught:
        read(path, data, encoding)
    return caught.value


@pytest.mark.parametrize(
    ("text", "codec", "shown"),
    [
        (GERMAN, "utf-8", "UTF-8"),
        (GERMAN, "utf-8-sig", "UTF-8"),
        (GERMAN, "cp1252", "Windows-1252"),
        (FRENCH, "cp1252", "Windows-1252"),
        (GERMAN, "utf-16", "UTF-16"),
        (GERMAN, "utf-16-le", "UTF-16 LE"),
        (GERMAN, "utf-16-be", "UTF-16 BE"),
        (GERMAN, "utf-32", "UTF-32"),
        (JAPANESE, "utf-8", "UTF-8"),
        (JAPANESE, "cp932", "Shift-JIS"),
        (JAPANESE, "utf-16-le", "UTF-16 LE"),
        (CHINESE, "gb18030", "GB18030"),
        (CHINESE, "utf-16-be", "UTF-16 BE"),
    ],
)
@pytest.mark.parametrize("copies", [1, 20_000])
def test_finds_each_encoding(tmp_path: Path, text: str, codec: str, shown: str, copies: int) -> None:
    head, *rows = text.splitlines(keepends=True)
    raw = read(tmp_path / "in.csv", (head + "".join(rows) * copies).encode(codec))
    assert names(raw)[: len(rows)] == expected(text)
    assert raw.frame.height == len(rows) * copies
    detected = raw.detected[0]
    assert (detected.fact, detected.value) == ("encoding", shown)
    assert detected.choices[0] == raw.options.encoding
    assert len(detected.choices) == len(set(detected.choices))
    # A note where it is not what everybody expects.
    assert ("encoding" in [note.code for note in raw.notes]) is (shown != "UTF-8")


@pytest.mark.parametrize("name", ["Müller", "田中", "王小明"])
def test_one_name_is_enough(tmp_path: Path, name: str) -> None:
    codec = {"M": "cp1252", "田": "cp932", "王": "gb18030"}[name[0]]
    text = "name,email\n" + "Anna,a@b.de\n" * 50 + f"{name},b@b.de\n"
    raw = read(tmp_path / "in.csv", text.encode(codec))
    assert names(raw)[-1] == name
    assert raw.options.encoding == codec


def test_says_what_the_choice_means(tmp_path: Path) -> None:
    text = "name\nMüller\n"
    why = read(tmp_path / "in.csv", text.encode("cp1252")).detected[0].why
    assert why == "UTF-8 does not fit. Reads “Müller”, not “M\ufffdller”."
    assert read(tmp_path / "in.csv", text.encode()).detected[0].why == "Reads “Müller”, not “MÃ¼ller”."
    said = read(tmp_path / "in.csv", text.encode(), "cp1252")
    assert said.detected[0].why.startswith("As you said. Reads “MÃ¼ller”")


def test_bytes_that_windows_does_not_have_make_it_latin_1(tmp_path: Path) -> None:
    raw = read(tmp_path / "in.csv", GERMAN.encode("latin-1") + b"B\x81\xe4r,c\n")
    assert raw.options.encoding == "latin-1"
    assert names(raw)[-1] == "B\x81är"


@pytest.mark.parametrize("size", [10, 120_000])
def test_a_byte_at_the_end_of_a_long_file_counts(tmp_path: Path, size: int) -> None:
    raw = read(
        tmp_path / "in.csv", b"name,email\n" + b"Anna Keller,anna@firm.com\n" * size + b"M\xfcller,x\n"
    )
    assert raw.options.encoding == "cp1252"
    assert raw.frame.cell(size, 0) == "Müller"


def test_a_mixture_is_refused_with_the_place(tmp_path: Path) -> None:
    mixed = GERMAN.encode() + "René,c@b.fr\n".encode("cp1252")
    problem = refused(tmp_path / "in.csv", mixed)
    assert problem.message.startswith(
        "Line 4 of in.csv is not UTF-8 (byte 0xE9, character 4). Other lines are"
    )
    assert problem.line == 4
    # What a person says goes before that.
    assert names(read(tmp_path / "in.csv", mixed, "cp1252"))[0] == "JÃ¼rgen MÃ¼ller"


def test_text_that_was_garbled_before_is_no_mixture(tmp_path: Path) -> None:
    text = "name\n" + "Jürgen Müller\n" * 20 + "MÃ¼ller\n"
    raw = read(tmp_path / "in.csv", text.encode("cp1252"))
    assert raw.options.encoding == "cp1252"
    assert names(raw)[-1] == "MÃ¼ller"


@pytest.mark.parametrize(
    ("data", "encoding", "said", "line"),
    [
        (GERMAN.encode("cp1252"), "utf-8", "Line 2 of in.csv is not UTF-8 (byte 0xFC, character 2).", 2),
        (
            b"name\nA\r\nB\x81\n",
            "cp1252",
            "Line 3 of in.csv is not Windows-1252 (byte 0x81, character 2).",
            3,
        ),
        (b"name\nAnna\n\x85", "cp932", "Line 3 of in.csv is not Shift-JIS (byte 0x85, character 1).", 3),
        (b"name\n\xff\xff", "gb18030", "Line 2 of in.csv is not GB18030 (byte 0xFF, character 1).", 2),
        ("name\nA".encode("utf-16-le") + b"x", "utf-16-le", "Line 2 of in.csv is not UTF-16 LE", 2),
        (b"name\nA\n", "utf-99", "“utf-99” is no encoding. There are, among others: utf-8,", None),
        (b"name\nA\n", "rot13", "“rot13” is no encoding.", None),
        (b"name\nA\n", "idna", "“idna” is no encoding.", None),
    ],
)
def test_a_wrong_choice_is_told_with_the_place(
    tmp_path: Path, data: bytes, encoding: str, said: str, line: int | None
) -> None:
    problem = refused(tmp_path / "in.csv", data, encoding)
    assert problem.message.startswith(said)
    assert problem.line == line


@pytest.mark.parametrize("spelled", ["Windows-1252", "CP1252", "cp1252"])
def test_names_of_encodings_are_spelled_as_people_do(tmp_path: Path, spelled: str) -> None:
    assert read(tmp_path / "in.csv", GERMAN.encode("cp1252"), spelled).options.encoding == "cp1252"


@pytest.mark.parametrize("codec", ["utf-16", "utf-16-le", "cp1252"])
@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("in.json", '[{"name": "Müller"}]'),
        ("in.jsonl", '{"name": "Müller"}\n{"name": "Groß"}\n'),
        ("in.txt", 'curl https://x.example/objects/lead/record -d \'[{"name": "Müller"}]\''),
    ],
)
def test_json_and_curl_may_be_in_other_encodings_too(
    tmp_path: Path, codec: str, name: str, text: str
) -> None:
    raw = read(tmp_path / name, text.encode(codec))
    assert raw.keyed
    assert names(raw)[0] == "Müller"
    assert raw.options.encoding == codec

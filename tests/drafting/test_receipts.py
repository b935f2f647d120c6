"""Receipts: everything is in them, nothing in them acts, and they add up."""

from __future__ import annotations

import csv
import html.parser
import io
import json
import re
from pathlib import Path

import pytest

from leapgrid.drafting import WorkingDraft
from leapgrid.drafting.receipts import (
    Receipt,
    page_pieces,
    read_receipt,
    receipt_document,
    receipt_form,
    receipt_lines,
    render,
    write_receipt,
)
from leapgrid.files import UnwritableFile
from leapgrid.files.writing import FileInTheWay
from leapgrid.records import DeleteRows, RowState, schema_for
from leapgrid.sandbox import SandboxServer
from leapgrid.submit import SubmitOptions
from leapgrid.workspace import NotFound, Workspace
from tests.drafting.desk import send

EVIL = "<script>alert(1)</script>\"'&\x1b]52;c;eA==\x07\u202e=1+1"

RECORDS = (
    {"name": f"Anna {EVIL}", "email": "anna@kellerbau.de", "external_id": "E1"},
    {"name": "=cmd|' /C calc'!A0", "email": "mallory@mailinator.com", "external_id": "E2"},
    {"name": "Bảo Nguyễn", "email": "bao@phohanoi.vn", "external_id": "E3"},
    {"name": "Zoe", "email": "zoe@firm.de", "external_id": "E4"},
)


@pytest.fixture
async def receipt(workspace: Workspace, sandbox: SandboxServer) -> Receipt:
    """Of four records: one created, one refused, one found by a look-up, one unknown."""
    sandbox.set_fault("cut-after@3", "cut-before@4")
    draft = WorkingDraft.from_records(workspace, schema_for("lead"), f"leads {EVIL}", RECORDS)
    draft.check_all()
    options = SubmitOptions(chunk_size=1, look_after=0.0, include_invalid=True, on_refusal="leave")
    summary = await send(draft, sandbox, options)
    draft.close()
    return read_receipt(workspace, summary.submission)


class Page(html.parser.HTMLParser):
    """What a browser would make of it: tags, attributes, text."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str]] = []
        self.text = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += [(name, value or "") for name, value in attrs]

    def handle_data(self, data: str) -> None:
        self.text += data


def rendered(receipt: Receipt, form: str) -> bytes:
    file = io.BytesIO()
    render(receipt, form, file)  # type: ignore[arg-type]
    return file.getvalue()


async def test_it_adds_up_and_each_row_has_its_evidence(receipt: Receipt) -> None:
    assert sum(receipt.counts.values()) == receipt.records == len(receipt.rows) == 4
    assert receipt.counts[RowState.REJECTED] == 1
    assert receipt.counts[RowState.UNKNOWN] == 1
    assert [row.number for row in receipt.rows] == [1, 2, 3, 4]
    assert all(row.evidence for row in receipt.rows)
    (refused,) = receipt.in_state(RowState.REJECTED)
    assert "mallory@mailinator.com" in refused.issues[0].message
    assert refused.record == RECORDS[1]
    assert all(re.fullmatch("[0-9a-f]{64}", each.body_sha256) for c in receipt.chunks for each in c.attempts)
    assert {look.purpose for look in receipt.look_ups} >= {"baseline", "unknown"}
    assert sum(sum(chunk.counts.values()) for chunk in receipt.chunks) == 4
    assert receipt.runs[0].machine
    assert receipt.damaged == ()


async def test_text_names_what_needs_a_look_and_nothing_in_it_acts(receipt: Receipt) -> None:
    lines = receipt_lines(receipt)
    text = "\n".join(lines)
    assert not set(text) & set("\x1b\x07\u202e")
    assert "Rejected" in lines
    assert "Unknown: they may exist" in lines
    assert any(line.startswith("  row 4:") for line in lines)
    assert receipt.submission in lines[0]


async def test_the_json_document_has_every_row(receipt: Receipt) -> None:
    document = json.loads(rendered(receipt, "json"))
    assert document["records"] == len(document["rows"]) == 4
    states = ("created", "already_there", "rejected", "unknown", "skipped", "not_sent")
    assert sum(document[state] for state in states) == 4
    assert sum(chunk[state] for chunk in document["chunks"] for state in states) == 4
    assert document["rows"][0]["sent"] == RECORDS[0]
    assert document["started"].endswith("Z")
    assert list(receipt_document(receipt)["rows"]) == document["rows"]


async def test_a_spreadsheet_calculates_nothing_of_it(receipt: Receipt) -> None:
    data = rendered(receipt, "csv")
    assert data.startswith(b"\xef\xbb\xbf")
    rows = list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"))))
    assert [row["row"] for row in rows] == ["1", "2", "3", "4"]
    assert rows[1]["sent.name"] == "'=cmd|' /C calc'!A0"
    assert rows[1]["server"].startswith("email: ")
    assert not any(cell[:1] in "=+@" and cell for row in rows for cell in row.values())


async def test_the_page_asks_for_nothing_and_runs_nothing(receipt: Receipt) -> None:
    text = "".join(page_pieces(receipt))
    page = Page(text)
    allowed = {
        *("html", "head", "meta", "title", "style", "body", "header", "main", "footer", "section", "p", "h1"),
        *("h2", "h3", "small", "ul", "li", "b", "svg", "rect", "dl", "dt", "dd", "div", "table", "thead"),
        *("tbody", "tr", "th", "td", "span", "bdi", "code"),
    }
    assert set(page.tags) <= allowed
    assert not any(name.startswith("on") or name in ("src", "href", "style") for name, _ in page.attributes)
    (policy,) = re.findall(r'Policy" content="([^"]*)"', text)
    assert policy.startswith("default-src &#x27;none&#x27;;")
    assert "url(" not in text
    assert "@import" not in text
    assert "<script>alert(1)</script>" in page.text
    assert not set(text) & set("\x1b\x07\u202e")
    for record in RECORDS[1:]:
        assert record["email"] in page.text
        assert record["name"] in page.text
    assert "invalid" in page.text or "not allowed" in page.text
    for chunk in receipt.chunks:
        assert chunk.attempts[-1].body_sha256[:16] in page.text


async def test_a_row_that_was_deleted_since_keeps_its_line(receipt: Receipt, workspace: Workspace) -> None:
    draft = WorkingDraft.from_stored(workspace, receipt.draft_id)
    draft.apply(DeleteRows((receipt.rows[1].row,)), "delete row")
    draft.close()
    later = read_receipt(workspace, receipt.submission)
    assert [row.number for row in later.rows] == [1, None, 2, 3]
    assert "deleted" in "".join(page_pieces(later))
    assert later.counts == receipt.counts


async def test_a_file_appears_whole_is_for_its_owner_and_replaces_nothing_unasked(
    receipt: Receipt, tmp_path: Path
) -> None:
    target = tmp_path / "receipt.html"
    assert write_receipt(receipt, target) == target
    assert target.stat().st_mode & 0o777 == 0o600
    assert target.read_bytes() == rendered(receipt, "html")
    with pytest.raises(FileInTheWay):
        write_receipt(receipt, target)
    write_receipt(receipt, target, overwrite=True)
    with pytest.raises(UnwritableFile, match="does not say which form"):
        receipt_form("receipt")
    with pytest.raises(UnwritableFile, match=r"Let it end in \.csv"):
        receipt_form("receipt.html", "csv")


async def test_there_is_none_of_what_was_never_sent(workspace: Workspace) -> None:
    with pytest.raises(NotFound):
        read_receipt(workspace, "01JD0000000000000000000000")

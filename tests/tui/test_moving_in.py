"""The sample leads are on the screen before they are kept and connected; nothing can fall between."""

from __future__ import annotations

from pathlib import Path

import pytest

from leapgrid.drafting.opening import Opened
from leapgrid.sandbox import SandboxServer
from leapgrid.superleap import SecretToken
from leapgrid.tui.desk import Desk, Link
from leapgrid.workspace import CannotOpen, Workspace


def desk_on(open_it: object, make_sandbox: object = SandboxServer) -> Desk:
    acme = Link("https://app.example.com", SecretToken("k"), profile="acme", production=True)
    return Desk(open_it, link=acme, make_sandbox=make_sandbox)  # type: ignore[arg-type]  # what a test gives


async def test_samples_never_stand_beside_an_organisation_and_are_kept_in_the_end(tmp_path: Path) -> None:
    opened: list[Workspace] = []

    def open_it() -> Workspace:
        opened.append(Workspace.open(tmp_path / "w.db"))
        return opened[-1]

    desk = desk_on(open_it)
    session = await desk.open(desk.open_samples())
    assert (desk.link, desk.target.text, desk.is_open) == (None, "sandbox", False)
    session.clear_cell(0, "name")
    assert await desk.move_in() == ""
    await desk.ready()
    assert desk.link is not None
    assert desk.link.sandbox
    assert desk.link.host in desk.target.text
    assert len(opened) == 1
    [summary] = desk.drafts()
    assert summary.id == session.draft.id
    assert await desk.move_in() == ""  # again is nothing
    await desk.close()
    assert opened[0].load_draft(summary.id).journal[0].label == "Clear name"
    opened[0].close()


async def test_what_cannot_be_kept_is_not_sent(tmp_path: Path) -> None:
    def open_it() -> Workspace:
        raise CannotOpen("The workspace cannot be opened.")

    desk = desk_on(open_it)
    await desk.open(desk.open_samples())
    assert await desk.move_in() == "The workspace cannot be opened."
    await desk.ready()
    assert desk.link is None
    assert desk.why_not_connected == "The workspace cannot be opened."
    await desk.close()


async def test_samples_that_go_before_they_were_painted_keep_nobody_waiting(tmp_path: Path) -> None:
    def open_it() -> Workspace:
        pytest.fail("nothing was to be opened")

    desk = desk_on(open_it)
    await desk.open(desk.open_samples())
    await desk.close()
    await desk.ready()
    assert desk.session is None


async def test_a_file_opened_again_has_one_draft_until_something_is_done_in_it(tmp_path: Path) -> None:
    path = tmp_path / "in.csv"
    path.write_text("name,email\nAnna,anna@firm.de\n", encoding="utf-8")
    with Workspace.open(tmp_path / "w.db") as workspace:
        desk = Desk(workspace)

        async def open_it() -> str:
            found = desk.opening(path).start().result.result(10)
            assert isinstance(found, Opened)
            session = await desk.open(found.draft)
            assert await desk.move_in() == ""
            return session.draft.id

        ids = [await open_it() for _ in range(3)]
        assert [draft.id for draft in desk.drafts()] == ids[-1:]
        # What is done in it keeps it, also where it is done before the new one is stored.
        assert desk.session is not None
        desk.session.clear_cell(0, "name")
        again = await open_it()
        assert {draft.id for draft in desk.drafts()} == {ids[-1], again}
        # A draft of the start screen is held like any other: another LeapGrid does not take its place.
        await desk.open(desk.open_stored(again))
        with Workspace.open(tmp_path / "w.db", recover=False) as other:
            stored = workspace.load_draft(again)
            twin = other.create_draft(
                stored.name, stored.schema, stored.frame, stored.mapping, stored.source, stored.notes,
                stored.settings,
            )  # fmt: skip
            assert other.remove_twins(twin) == ()
        # Another content is another draft.
        path.write_text("name,email\nBo,bo@firm.de\n", encoding="utf-8")
        await open_it()
        assert len(desk.drafts()) == 4
        await desk.close()

"""Where a workspace may lie, and what a trail beside it tells."""

from __future__ import annotations

import os
import stat
import time
from pathlib import Path

import pytest

from leapgrid.workspace import CannotOpen, NotForSending, Workspace, places
from leapgrid.workspace.places import filesystem_of, place_of
from leapgrid.workspace.trail import Trail, rows_of, spans, tidy, walk
from tests.workspace.support import begin, make_draft

_MOUNTS = """\
22 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw
30 22 0:40 / /home rw shared:9 - nfs4 files:/home rw,vers=4.2
31 30 0:41 / /home/me/my\\040disk rw - ext4 /dev/sdb1 rw
32 22 0:42 / /mnt/win rw - cifs //pc/share rw
33 22 0:43 / /mnt/far rw - fuse.sshfs me@far: rw
34 22 0:44 / /mnt/safe rw - fuse.gocryptfs crypt rw
35 22 0:45 / /mnt/some rw - fuse.something x rw
36 22 0:46 / /mnt/host rw - 9p host rw
37 22 0:47 / /mnt/over rw - nfs a:/b rw
38 22 0:48 / /mnt/over rw - xfs /dev/sdc1 rw
"""


@pytest.fixture
def mounts(tmp_path: Path) -> Path:
    path = tmp_path / "mountinfo"
    path.write_text(_MOUNTS)
    return path


@pytest.mark.parametrize(
    ("path", "kind", "sends", "warns"),
    [
        ("/var/lib/ws.db", "ext4", True, False),
        ("/home/me/ws.db", "nfs4", False, True),
        ("/home/me/my disk/ws.db", "ext4", True, False),
        ("/homely/ws.db", "ext4", True, False),
        ("/mnt/win/ws.db", "cifs", False, True),
        ("/mnt/far/ws.db", "fuse.sshfs", False, True),
        ("/mnt/safe/ws.db", "fuse.gocryptfs", True, False),
        ("/mnt/some/ws.db", "fuse.something", True, True),
        ("/mnt/host/ws.db", "9p", True, True),
        ("/mnt/over/ws.db", "xfs", True, False),
        ("/Users/me/Library/Mobile Documents/ws.db", "ext4", True, True),
        ("/Users/me/OneDrive - Firm/x/ws.db", "ext4", True, True),
    ],
)
def test_file_systems(mounts: Path, path: str, kind: str, sends: bool, warns: bool) -> None:
    assert filesystem_of(Path(path), mounts) == kind
    place = place_of(Path(path), mounts)
    assert (not place.why_not_send) is sends
    assert bool(place.why_not_send or place.warning) is warns
    assert all(sentence == "" or sentence.endswith(".") for sentence in place[1:])


def test_where_nothing_is_known_of_file_systems(tmp_path: Path) -> None:
    assert place_of(tmp_path / "ws.db", tmp_path / "not there") == places.Place()


def test_a_system_that_is_shared_as_a_whole_is_shared_with_nobody(tmp_path: Path) -> None:
    (tmp_path / "mountinfo").write_text("22 1 0:1 / / rw - 9p none rw\n")
    assert place_of(Path("/home/me/ws.db"), tmp_path / "mountinfo").warning == ""


def test_over_a_network_one_can_work_and_not_send(
    path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "mountinfo").write_text("22 1 0:1 / / rw - cifs //pc/share rw\n")
    monkeypatch.setattr(places, "MOUNTS", tmp_path / "mountinfo")
    with Workspace.open(path) as workspace:
        draft = make_draft(workspace)
        with pytest.raises(NotForSending, match=r"on a network \(SMB\)"):
            begin(workspace, draft, [[0]])
        assert workspace.submissions() == []
        assert workspace.load_draft(draft).frame.height == 6


posix = pytest.mark.skipif(os.name != "posix", reason="links and rights are POSIX's")


@posix
@pytest.mark.parametrize(("mode", "who"), [(0o770, "its group"), (0o707, "everybody"), (0o777, "everybody")])
def test_a_directory_that_others_can_write(tmp_path: Path, mode: int, who: str) -> None:
    folder = tmp_path / "shared"
    folder.mkdir()
    folder.chmod(mode)
    with pytest.raises(CannotOpen, match=who):
        Workspace.open(folder / "ws.db")
    assert list(folder.iterdir()) == []
    folder.chmod(0o755)
    Workspace.open(folder / "ws.db").close()


@posix
def test_a_directory_in_which_nobody_can_exchange_it(tmp_path: Path) -> None:
    folder = tmp_path / "like_tmp"
    folder.mkdir()
    folder.chmod(0o1777)
    Workspace.open(folder / "ws.db").close()
    assert stat.S_IMODE((folder / "ws.db").stat().st_mode) == 0o600


@posix
def test_links(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir(mode=0o700)
    (tmp_path / "link").symlink_to(tmp_path / "real")
    with pytest.raises(CannotOpen, match=r"is a link.*real/ws\.db"):
        Workspace.open(tmp_path / "link" / "ws.db")
    Workspace.open(tmp_path / "real" / "ws.db").close()
    (tmp_path / "real" / "other.db").symlink_to(tmp_path / "real" / "ws.db")
    with pytest.raises(CannotOpen, match="is a link"):
        Workspace.open(tmp_path / "real" / "other.db")


def test_spans() -> None:
    rows = [3, 4, 5, 9, 1, 2]
    assert spans(rows) == [[3, 5], [9, 9], [1, 2]]
    assert rows_of(spans(rows)) == rows


def test_a_line_that_is_not_what_was_written_is_not_believed(tmp_path: Path) -> None:
    trail = Trail(tmp_path / "trail")
    trail.note([("edits", {"draft": "A", "seq": 3}), ("edits", {"draft": "B", "seq": 7})])
    (log,) = (tmp_path / "trail").glob("*.log")
    log.write_bytes(log.read_bytes().replace(b'"seq":7', b'"seq":9') + b"\xff\x00 noise\n")
    found = walk(tmp_path / "trail")
    assert found.edits == {"A": 3}
    assert found.unread == 2
    assert found.since is not None


def test_trails_that_all_copies_have_go(tmp_path: Path) -> None:
    for name in ("old", "new"):
        Trail(tmp_path / "trail").note([("edits", {"draft": name, "seq": 1})])
    old = next(each for each in (tmp_path / "trail").glob("*.log") if b"old" in each.read_bytes())
    os.utime(old, (1, 1))
    tidy(tmp_path / "trail", time.time())
    assert walk(tmp_path / "trail").edits == {"new": 1}

"""The place of a workspace's file: made for the person alone, refused where others could change it, and what
is known of its file system.

A database that others can replace proves nothing, and neither does one whose locks are not seen by all who
use it: over a network SQLite may be corrupted, and nobody can tell whether a process elsewhere is alive.
"""

from __future__ import annotations

import errno
import os
import stat
import sys
from pathlib import Path
from typing import NamedTuple

from leapgrid.visible import visible
from leapgrid.workspace.errors import CannotOpen, DiskFull, ReadOnly

MOUNTS = Path("/proc/self/mountinfo")
"""Where Linux tells what is mounted where."""

_OVER_A_NETWORK = {
    "nfs": "NFS", "nfs4": "NFS", "cifs": "SMB", "smb2": "SMB", "smb3": "SMB", "smbfs": "SMB", "ncpfs": "NCP",
    "afpfs": "AFP", "afs": "AFS", "coda": "Coda", "ceph": "Ceph", "lustre": "Lustre", "gpfs": "GPFS",
    "beegfs": "BeeGFS", "glusterfs": "GlusterFS", "webdav": "WebDAV", "davfs": "WebDAV", "ocfs2": "OCFS2",
    "gfs2": "GFS2", "orangefs": "OrangeFS",
    "fuse.sshfs": "SSHFS", "fuse.glusterfs": "GlusterFS", "fuse.ceph": "Ceph", "fuse.ceph-fuse": "Ceph",
    "fuse.rclone": "rclone", "fuse.s3fs": "S3", "fuse.gcsfuse": "Cloud Storage", "fuse.goofys": "S3",
    "fuse.davfs2": "WebDAV", "fuse.smbnetfs": "SMB", "fuse.curlftpfs": "FTP", "fuse.juicefs": "JuiceFS",
    "fuse.mount-s3": "S3", "fuse.google-drive-ocamlfuse": "Google Drive", "fuse.onedriver": "OneDrive",
    "fuse.gvfsd-fuse": "GVFS",
}  # fmt: skip
"""File systems whose files may be changed by another machine at the same moment."""

_OF_ANOTHER_SYSTEM = frozenset({"9p", "virtiofs", "vboxsf", "prl_fs", "vmhgfs", "drvfs"})
"""Folders that a virtual machine shares with the computer that it runs on."""

_LOCAL_FUSE = frozenset(
    {"fuseblk", "fuse.ntfs-3g", "fuse.gocryptfs", "fuse.encfs", "fuse.cryfs", "fuse.mergerfs", "fuse.bindfs",
     "fuse.fuse-overlayfs", "fuse.zfs", "fuse.exfat", "fuse.unionfs", "fuse.lxcfs"}
)  # fmt: skip

_SYNCHRONISED = (
    ("Library", "Mobile Documents"),
    ("Library", "CloudStorage"),
    ("OneDrive",),
    ("Dropbox",),
    ("Google Drive",),
    ("iCloudDrive",),
)
"""Folders that a program copies to other computers, file by file, also in the middle of a change."""


class Place(NamedTuple):
    """What is known of the file system under a workspace.

    Attributes:
        kind: its name for a person, "" for one on this computer.
        why_not_send: why nothing may be sent from a workspace there, in a sentence; "" where it may be.
        warning: what a person should know of it, in a sentence; "" where there is nothing to know.
    """

    kind: str = ""
    why_not_send: str = ""
    warning: str = ""


def make_place(path: Path, where: str) -> None:
    """Make a workspace's file and its directories, for the person alone, where they are not there yet.

    Args:
        path: absolute.
        where: the same, safe to show.

    Raises:
        CannotOpen: it cannot be made, or lies where others can put another file in its place.
        DiskFull: there is no room for it.
        ReadOnly: nothing can be made there.
    """
    try:
        make_directory(path.parent)
        refuse_place(path, where)
        if path.exists():
            # Not opened: to close a file lets go of all locks on it that this process has.
            if not os.access(path, os.R_OK):
                raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(path))
            return
        try:
            os.close(os.open(path, os.O_RDONLY | os.O_CREAT, 0o600))
        except PermissionError:
            if os.access(path.parent, os.W_OK | os.X_OK):
                raise
            raise ReadOnly(
                f"The directory of the workspace {where} cannot be written. Allow writing there or name "
                "another one with LEAPGRID_WORKSPACE."
            ) from None
    except OSError as error:
        raise _failure(error, where) from error


def make_directory(directory: Path) -> None:
    """Make a directory and those above it, all of them for the person alone whatever the umask says.

    Raises:
        OSError: if one cannot be made.
    """
    missing = []
    here = directory
    while not here.exists() and here != here.parent:
        missing.append(here)
        here = here.parent
    for each in reversed(missing):
        try:
            each.mkdir(mode=0o700)
        except FileExistsError:  # another process was faster
            pass
    if not directory.is_dir():
        raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR), str(directory))


def refuse_place(path: Path, where: str) -> None:
    """Refuse a file in a place where others can change what is read from it.

    Raises:
        CannotOpen: it is a directory or a link, lies in one that is a link, or others may write there.
        OSError: it cannot be looked at.
    """
    if path.is_symlink():
        target = visible(os.path.realpath(path), 200)
        raise CannotOpen(
            f"The workspace {where} is a link. Name the file itself, {target}: under two names it would not "
            "be known who uses it."
        )
    if path.is_dir():
        raise CannotOpen(f"{where} is a directory. Name a file for the workspace.")
    if os.name != "posix":
        return
    folder = path.parent
    if folder.is_symlink():
        target = visible(os.path.realpath(path), 200)
        raise CannotOpen(
            f"The directory of the workspace {where} is a link, which can be turned elsewhere. Name the file "
            f"where it lies: {target}."
        )
    found = folder.stat()
    mode = stat.S_IMODE(found.st_mode)
    # In a directory like /tmp nobody can take the place of another's file.
    if mode & (stat.S_IWGRP | stat.S_IWOTH) and not mode & stat.S_ISVTX:
        name = visible(str(folder), 200)
        who = "everybody" if mode & stat.S_IWOTH else "its group"
        raise CannotOpen(
            f"The directory {name} can be written by {who}, so the workspace in it could be exchanged. "
            f"Take that right away (chmod go-w) or name a workspace elsewhere."
        )
    if mode & stat.S_ISVTX:
        for ours in (path, path.with_name(f"{path.name}-journal")):
            try:
                owner = ours.lstat().st_uid
            except FileNotFoundError:
                continue
            if owner not in (os.geteuid(), 0):
                raise CannotOpen(
                    f"The file {visible(str(ours), 200)} belongs to somebody else. Name a workspace in a "
                    "directory of your own."
                )


def beside(path: Path, kind: str) -> Path:
    """What belongs to a workspace's file and lies beside it: ``ws.db`` has ``ws.frames``."""
    return path.with_name(f"{path.stem if path.suffix else path.name}.{kind}")


def was_used(path: Path) -> bool:
    """Whether something was kept in a workspace's file once, by what lies beside it; never raises."""
    try:
        return any(
            any(beside(path, kind).glob(pattern))
            for kind, pattern in (("copies", "*.db"), ("trail", "*.log"), ("frames", "*.arrow"))
        )
    except OSError:
        return False


def protect(path: Path) -> None:
    """Take the rights of others off a file of ours that was copied with wider ones."""
    try:
        mode = stat.S_IMODE(path.stat().st_mode)
        if mode & 0o077:
            path.chmod(mode & 0o700)
    except OSError:
        pass  # Not our file to change, or a system without such rights; reading and writing still work.


def place_of(path: Path, mounts: Path | None = None) -> Place:
    """What is known of the file system that a path lies on; never raises.

    Args:
        path: absolute; it need not be there.
        mounts: what is mounted where, in the form of :data:`MOUNTS`.
    """
    where = visible(str(path), 200)
    kind = filesystem_of(path, mounts)
    known = _OVER_A_NETWORK.get(kind)
    if known is not None:
        return Place(
            known,
            f"Nothing is sent from a workspace on a network ({known}): nobody can tell whether another "
            "machine is sending the same records. Name one on this computer with LEAPGRID_WORKSPACE, or one "
            "in PostgreSQL.",
        )
    if kind in _OF_ANOTHER_SYSTEM and not _is_root(path, mounts):
        return Place(
            kind,
            warning=f"The workspace {where} lies in a folder that is shared with another system ({kind}). "
            "Use it from one of them at a time.",
        )
    if kind.startswith("fuse") and kind not in _LOCAL_FUSE:
        return Place(
            kind,
            warning=f"The workspace {where} lies on a file system of a program ({visible(kind, 30)}). If it "
            "is one over a network, name a workspace on this computer with LEAPGRID_WORKSPACE.",
        )
    parts = path.parts
    for names in _SYNCHRONISED:
        for at in range(len(parts) - len(names)):
            if all(_alike(parts[at + i], name) for i, name in enumerate(names)):
                return Place(
                    names[-1],
                    warning=f"The workspace {where} lies in a folder that is copied to other computers "
                    "while it changes, which can damage it. Name one elsewhere with LEAPGRID_WORKSPACE.",
                )
    return Place()


def filesystem_of(path: Path, mounts: Path | None = None) -> str:
    """The system's name for the file system under a path, e.g. ``ext4`` or ``fuse.sshfs``; "" if unknown."""
    if mounts is None and sys.platform == "darwin":
        return _darwin_filesystem(path)
    found = _mount_of(path, mounts or MOUNTS)
    return found[1] if found is not None else ""


def _mount_of(path: Path, mounts: Path) -> tuple[str, str] | None:
    """Where the file system under a path is mounted, and its kind; the innermost one that is on top there."""
    try:
        text = mounts.read_text("utf-8", "surrogateescape")
    except OSError:
        return None
    real = os.path.realpath(path)
    best: tuple[str, str] | None = None
    for line in text.splitlines():
        left, dash, right = line.partition(" - ")
        words = left.split(" ")
        if not dash or len(words) < 5:
            continue
        mounted = _unescaped(words[4])
        inside = real == mounted or real.startswith(mounted if mounted.endswith("/") else f"{mounted}/")
        # Of several at one place the last lies on top.
        if inside and (best is None or len(mounted) >= len(best[0])):
            best = (mounted, right.split(" ")[0])
    return best


def _is_root(path: Path, mounts: Path | None) -> bool:
    """Whether it lies on the file system that the whole system lies on: then it is shared with nobody."""
    found = _mount_of(path, mounts or MOUNTS)
    return found is not None and found[0] == "/"


def _unescaped(text: str) -> str:
    for code, char in (("\\040", " "), ("\\011", "\t"), ("\\012", "\n"), ("\\134", "\\")):
        text = text.replace(code, char)
    return text


def _alike(part: str, name: str) -> bool:
    # "OneDrive - Firm", "Dropbox (Personal)"
    return part == name or part.startswith((f"{name} -", f"{name} ("))


def _darwin_filesystem(path: Path) -> str:
    """What ``statfs`` says on macOS; "" where it cannot be asked."""
    import ctypes  # a fiftieth of a second, which only this system needs

    here = path
    while not here.exists() and here != here.parent:
        here = here.parent
    try:
        library = ctypes.CDLL(None, use_errno=True)
        ask = getattr(library, "statfs$INODE64", None) or library.statfs
        answer = ctypes.create_string_buffer(4096)
        if ask(os.fsencode(here), answer) != 0:
            return ""
    except (OSError, AttributeError):
        return ""
    # f_fstypename of struct statfs with 64 bits for inodes
    return answer.raw[72:88].split(b"\0")[0].decode("ascii", "replace")


def _failure(error: OSError, where: str) -> CannotOpen | DiskFull | ReadOnly:
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return DiskFull(f"The disk is full: the workspace {where} cannot be made. Make room.")
    if error.errno == errno.EROFS:
        return ReadOnly(
            f"The workspace {where} cannot be made: the disk is read-only. Name another one with "
            "LEAPGRID_WORKSPACE."
        )
    reason = visible(error.strerror or type(error).__name__, 80)
    return CannotOpen(f"The workspace {where} cannot be opened: {reason}.")

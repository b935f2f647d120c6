"""A workspace in PostgreSQL: how it is made and refused, who is alive, and what its failures read like."""

from __future__ import annotations

import socket
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from leapgrid.records.frame import Frame
from leapgrid.records.outcomes import RowState
from leapgrid.workspace import (
    BadWorkspaceUrl,
    CannotOpen,
    Damaged,
    ForeignFile,
    Locked,
    NewerWorkspace,
    ReadOnly,
    Unreachable,
    Workspace,
    WorkspaceError,
)
from leapgrid.workspace.addresses import address_of
from leapgrid.workspace.postgres import PostgresDatabase
from tests.postgres import NAMED, Server
from tests.workspace.support import NAMES, begin, behind, intend, make_draft, sent, states


def database_of(workspace: Workspace) -> PostgresDatabase:
    assert isinstance(workspace._database, PostgresDatabase)
    return workspace._database


@contextmanager
def cut_off(server: Server, database: str) -> Iterator[None]:
    """All sessions of a database end, and new ones are refused for the time of the block."""
    server.run(
        f"ALTER DATABASE {database} ALLOW_CONNECTIONS false",
        f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{database}'",
    )
    try:
        yield
    finally:
        server.run(f"ALTER DATABASE {database} ALLOW_CONNECTIONS true")


def end_sessions(server: Server, database: str) -> None:
    with cut_off(server, database):
        pass


# -- opening -----------------------------------------------------------------------------------------------


def test_a_new_database_becomes_a_workspace_and_is_one_again(postgres_url: str) -> None:
    with Workspace.open(postgres_url) as workspace:
        draft = make_draft(workspace)
        assert workspace.path is None
        assert workspace.is_shared
    with Workspace.open(postgres_url) as workspace:
        assert workspace.load_draft(draft).frame.height == len(NAMES)


def test_two_that_make_it_at_once_make_it_once(postgres_url: str) -> None:
    code = "import sys; from leapgrid.workspace import Workspace; Workspace.open(sys.argv[1]).close()"
    running = [subprocess.Popen([sys.executable, "-c", code, postgres_url]) for _ in range(3)]
    assert [process.wait(60) for process in running] == [0, 0, 0]


def test_a_schema_of_its_own(postgres_server: Server, postgres_url: str) -> None:
    database = postgres_url.rpartition("/")[2]
    postgres_server.run("CREATE SCHEMA team", "CREATE TABLE draft (mine text)", database=database)
    with pytest.raises(ForeignFile, match="another program"):
        Workspace.open(postgres_url)
    with Workspace.open(f"{postgres_url}?options=-csearch_path%3Dteam") as workspace:
        make_draft(workspace)
    with pytest.raises(CannotOpen, match="no schema"):
        Workspace.open(f"{postgres_url}?options=-csearch_path%3Dnowhere")


def test_a_newer_one_is_refused(postgres_server: Server, postgres_url: str) -> None:
    Workspace.open(postgres_url).close()
    postgres_server.run("UPDATE leapgrid_workspace SET form = 99", database=postgres_url.rpartition("/")[2])
    with pytest.raises(NewerWorkspace, match="form 99"):
        Workspace.open(postgres_url)


@pytest.mark.parametrize(
    "url", ["postgres://me@host/db", "postgresql://me@host/db", "postgresql+psycopg2://me@host/db"]
)
def test_every_way_to_write_its_address(url: str) -> None:
    found = address_of(url)
    assert str(found) == "postgresql+psycopg://me@host/db"


@pytest.mark.parametrize("url", ["postgresql://me:secret@host", "postgresql://me:secret@host:x/db"])
def test_addresses_that_name_no_database(url: str) -> None:
    with pytest.raises(BadWorkspaceUrl) as error:
        address_of(url)
    assert "secret" not in str(error.value)


def test_nobody_answers() -> None:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        with pytest.raises(Unreachable, match=r"cannot be reached: .*refused") as error:
            Workspace.open(f"postgresql://me:secret@127.0.0.1:{nobody.getsockname()[1]}/db")
    assert "secret" not in str(error.value)


def test_a_wrong_password_and_no_such_database(postgres_server: Server, postgres_url: str) -> None:
    postgres_server.run(f"DROP ROLE IF EXISTS {NAMED}", f"CREATE ROLE {NAMED} LOGIN PASSWORD 'right-canary'")
    database = postgres_url.rpartition("/")[2]
    with pytest.raises(CannotOpen, match="password") as error:
        Workspace.open(postgres_server.url(database, NAMED, "wrong-canary"))
    assert "canary" not in str(error.value)
    with pytest.raises(CannotOpen, match="does not exist"):
        Workspace.open(postgres_server.url("nothing_of_this_name"))
    # Reading only: nothing can be made.
    with pytest.raises(ReadOnly):
        Workspace.open(postgres_server.url(database, NAMED, "right-canary"))
    postgres_server.run(f"DROP ROLE {NAMED}")


def test_without_the_driver(postgres_url: str) -> None:
    code = (
        "import sys; sys.modules['psycopg'] = None\n"
        "from leapgrid.workspace import Workspace, CannotOpen\n"
        "try: Workspace.open(sys.argv[1])\n"
        "except CannotOpen as error: print(error)\n"
    )
    said = subprocess.run([sys.executable, "-c", code, postgres_url], capture_output=True, text=True)
    assert said.stdout.strip().endswith("pip install 'leapgrid[postgres]'."), said.stderr


def test_the_driver_is_loaded_by_nothing_else(tmp_path_factory: pytest.TempPathFactory) -> None:
    code = (
        "import sys; from leapgrid.workspace import Workspace; Workspace.open(sys.argv[1]).drafts()\n"
        "print('psycopg' in sys.modules)"
    )
    path = tmp_path_factory.mktemp("plain") / "ws.db"
    said = subprocess.run([sys.executable, "-c", code, str(path)], capture_output=True, text=True)
    assert said.stdout.strip() == "False", said.stderr


def test_a_connection_pool_between_is_refused(postgres_server: Server, prepared_database: str) -> None:
    """A pool that hands connections around also hands around the locks by which owners are known."""
    listening = socket.create_server(("127.0.0.1", 0))
    url = postgres_server.url(prepared_database)
    through_pool = url.replace(f":{postgres_server.port}/", f":{listening.getsockname()[1]}/")
    through = threading.Thread(target=renumber, args=(listening, postgres_server.port), daemon=True)
    through.start()
    with pytest.raises(CannotOpen, match="connection pool"):
        Workspace.open(f"{through_pool}?gssencmode=disable&sslmode=disable")
    listening.close()
    through.join(10)


def renumber(listening: socket.socket, port: int) -> None:
    """Hand one connection through, but tell another process number, as pools do."""
    with listening.accept()[0] as client, socket.create_connection(("127.0.0.1", port)) as server:

        def there() -> None:
            while piece := client.recv(65536):
                server.sendall(piece)
            server.shutdown(socket.SHUT_WR)

        ahead = threading.Thread(target=there, daemon=True)
        ahead.start()
        while piece := server.recv(65536):
            at = piece.find(b"K\x00\x00\x00\x0c")
            if at >= 0:
                piece = piece[: at + 5] + b"\x00\x00\x00\x01" + piece[at + 9 :]
            client.sendall(piece)
        client.close()
        ahead.join(10)


# -- who is alive ------------------------------------------------------------------------------------------


def test_who_is_alive(team_url: str) -> None:
    with Workspace.open(team_url) as mine, Workspace.open(team_url) as other:
        name = mine._owners.me
        assert mine._owners.me == name
        assert mine._owners.is_alive(name)
        assert other._owners.is_alive(name)
        assert not other._owners.is_alive("nobody")
        mine.close()
        assert not other._owners.is_alive(name)


def test_a_killed_process_is_known_to_be_dead_and_its_chunk_is_unknown(team_url: str) -> None:
    code = (
        "import sys; from leapgrid.workspace import Workspace\n"
        "from tests.workspace.support import begin, intend, make_draft\n"
        "workspace = Workspace.open(sys.argv[1]); draft = make_draft(workspace)\n"
        "submission = begin(workspace, draft, [[0], [1, 2]]); intend(workspace, submission, 1, [0])\n"
        "print(draft, flush=True); input()\n"
    )
    child = subprocess.Popen(
        [sys.executable, "-c", code, team_url], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert child.stdout is not None
    draft = child.stdout.readline().strip()
    with Workspace.open(team_url) as workspace:
        assert workspace.recovered.unknown == 0, "it lives"
        assert states(workspace, draft)[0] is RowState.SENDING
        child.kill()
        child.communicate()
        for _ in range(500):
            if workspace.recover().unknown:
                break
            threading.Event().wait(0.01)
        assert states(workspace, draft) == {0: RowState.UNKNOWN}


def test_who_was_cut_off_takes_its_name_again_before_it_sends(
    team_url: str, postgres_server: Server, prepared_database: str
) -> None:
    with Workspace.open(team_url) as workspace, Workspace.open(team_url) as other:
        draft = make_draft(workspace)
        assert workspace.hold_draft(draft)
        name = workspace._owners.me
        submission = begin(workspace, draft, [[0], [1]])
        first = intend(workspace, submission, 1, [0])
        assert first is not None
        end_sessions(postgres_server, prepared_database)
        assert other.recover().unknown == 1, "nobody held the lock any more"
        assert workspace._owners.me == name
        assert other._owners.is_alive(name)
        assert not other._owners.hold(f"draft{draft}"), "what it held it holds again"


def test_a_session_that_the_server_still_has_is_ended_by_its_owner(team_url: str) -> None:
    """After a change of networks the old connection may look alive to the server for a minute."""
    with Workspace.open(team_url) as workspace, Workspace.open(team_url) as other:
        owners = workspace._owners
        name = owners.me
        old = owners._open  # type: ignore[attr-defined]  # nothing else keeps a connection alive that we lost
        owners._open = None  # type: ignore[attr-defined]
        assert owners.me == name
        assert other._owners.is_alive(name)
        with pytest.raises(Exception, match="terminat"):
            old.exec_driver_sql("SELECT 1")
        old.close()


def test_who_cannot_be_asked_is_not_taken_for_dead(
    team_url: str, postgres_server: Server, prepared_database: str
) -> None:
    with Workspace.open(team_url) as workspace, Workspace.open(team_url) as other:
        name = workspace._owners.me
        assert other._owners.is_alive(name)
        with cut_off(postgres_server, prepared_database):
            with pytest.raises(WorkspaceError):
                other._owners.is_alive(name)
            with pytest.raises(Unreachable):
                workspace.drafts()
            with pytest.raises(WorkspaceError):
                begin(workspace, "x", [[0]])
        assert workspace.drafts() == [], "it goes on by itself"


def test_a_draft_that_somebody_works_on_is_not_taken_for_untouched(team_url: str) -> None:
    with Workspace.open(team_url) as workspace, Workspace.open(team_url) as other:
        old, mine = make_draft(workspace), make_draft(workspace)
        assert other.hold_draft(old)
        assert workspace.hold_draft(old), "drafts are shared"
        assert workspace.hold_draft(mine)
        assert workspace.remove_twins(mine) == ()
        other.close()
        assert workspace.remove_twins(mine) == (old,)


# -- writing -----------------------------------------------------------------------------------------------


def test_writers_follow_each_other(team_url: str) -> None:
    """What a writer reads stays true until it has written: of two plans for one row, one is refused."""
    done: Counter[str] = Counter()
    with Workspace.open(team_url) as workspace:
        draft = make_draft(workspace)
        start = threading.Barrier(4)

        def plan() -> None:
            with Workspace.open(team_url) as mine:
                start.wait()
                for row in range(6):
                    try:
                        begin(mine, draft, [[row]])
                        done[str(row)] += 1
                    except WorkspaceError:
                        pass
                over.wait()

        over = threading.Barrier(4)
        threads = [threading.Thread(target=plan) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert done == {str(row): 1 for row in range(6)}


def test_a_writer_that_stands_still_is_waited_for_and_told(team_url: str) -> None:
    with Workspace.open(team_url, busy_timeout_ms=50) as workspace, Workspace.open(team_url) as other:
        draft = make_draft(workspace)
        with other._database.write(), pytest.raises(Locked, match="Try again"):
            workspace.rename_draft(draft, "x")
        workspace.rename_draft(draft, "y")


def test_a_failed_write_leaves_nothing_half_done(team_url: str) -> None:
    with Workspace.open(team_url) as workspace:
        draft = make_draft(workspace)
        with pytest.raises(WorkspaceError):
            behind(workspace, "UPDATE draft SET rows = 99; UPDATE no_such_table SET x = 1")
        assert workspace.drafts()[0].rows == len(NAMES)
        with pytest.raises(WorkspaceError, match="cannot be stored"):
            workspace.rename_draft(draft + "\0", "x")


def test_what_is_sent_is_durable_whatever_the_database_says(
    postgres_server: Server, postgres_url: str
) -> None:
    database = postgres_url.rpartition("/")[2]
    postgres_server.run(f"ALTER DATABASE {database} SET synchronous_commit = off")
    with Workspace.open(postgres_url) as workspace:
        assert behind(workspace, "SHOW synchronous_commit") == [("on",)]


def test_who_may_only_read_can_read(postgres_server: Server, postgres_url: str) -> None:
    database = postgres_url.rpartition("/")[2]
    with Workspace.open(postgres_url) as workspace:
        draft = make_draft(workspace)
    postgres_server.run(
        f"DROP ROLE IF EXISTS {NAMED}",
        f"CREATE ROLE {NAMED} LOGIN PASSWORD 'canary'",
        f"GRANT SELECT ON ALL TABLES IN SCHEMA public TO {NAMED}",
        database=database,
    )
    with Workspace.open(postgres_server.url(database, NAMED, "canary")) as workspace:
        assert workspace.load_draft(draft).frame.height == len(NAMES)
        with pytest.raises(ReadOnly, match="read only"):
            begin(workspace, draft, [[0]])
    postgres_server.run(f"DROP OWNED BY {NAMED}", f"DROP ROLE {NAMED}", database=database)


# -- frames ------------------------------------------------------------------------------------------------


def test_frames_are_kept_once_and_in_pieces(team_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("leapgrid.workspace.postgres_frames.PIECE", 100)
    with Workspace.open(team_url) as workspace:
        first, second = make_draft(workspace), make_draft(workspace)
        assert behind(workspace, "SELECT count(*) FROM frame") == [(1,)]
        ((pieces,),) = behind(workspace, "SELECT count(*) FROM frame_piece")
        assert pieces > 3
        assert workspace.load_draft(second).frame.cell(0, 0) == NAMES[0]
        workspace.remove_draft(first)
        workspace.remove_draft(second)
        assert behind(workspace, "SELECT count(*) FROM frame") == [(1,)], "somebody may be about to use it"
        third = make_draft(workspace)
        behind(workspace, "UPDATE frame SET at = at - interval '2 hours'")
        workspace.remove_draft(third)
        assert behind(workspace, "SELECT count(*) FROM frame_piece") == [(0,)]


@pytest.mark.parametrize(
    "how",
    [
        "UPDATE frame_piece SET data = set_byte(data, 30, get_byte(data, 30) # 1)",
        "DELETE FROM frame_piece",
        "UPDATE frame_piece SET data = substring(data from 1 for 40)",
    ],
)
def test_a_damaged_frame_is_told_and_nothing_is_guessed(team_url: str, how: str) -> None:
    with Workspace.open(team_url) as workspace:
        draft = make_draft(workspace)
        behind(workspace, how)
        with pytest.raises(Damaged, match="not what was written"):
            workspace.load_draft(draft)


def test_a_frame_of_many_rows(team_url: str) -> None:
    frame = Frame.from_rows(("name",), [[f"Lead {n}"] for n in range(60_000)])
    with Workspace.open(team_url) as workspace:
        digest = workspace._frames.put(frame)
        assert workspace._frames.get(digest).height == 60_000


def test_a_submission_from_there_is_as_from_a_file(team_url: str) -> None:
    with Workspace.open(team_url) as workspace:
        draft = make_draft(workspace)
        sent(workspace, draft, [0, 1], RowState.REJECTED)
        assert states(workspace, draft) == {0: RowState.REJECTED, 1: RowState.REJECTED}
        assert database_of(workspace).where.startswith("127.0.0.1:")

"""What is said of a file by options when it is opened, and the next file with the same headers."""

from __future__ import annotations

import pytest

from leapgrid.workspace import Workspace
from tests.cli.conftest import Command
from tests.e2e import keys
from tests.e2e.conftest import Open

pytestmark = pytest.mark.e2e


def test_what_options_say_is_remembered_for_the_next_file(leapgrid: Command, terminal: Open) -> None:
    may = leapgrid.write("may.csv", "Qwe,Asd", "Anna Keller,x")
    first = terminal("open", may, "--map", "Qwe=name", "--constant", "status=new", "--default-country", "DE")
    first.wait_for("Anna Keller")
    first.wait_for("1 ready")
    first.wait_for("saved")
    first.press(keys.CTRL_Q)
    assert first.ends() == 0
    with Workspace.open(leapgrid.workspace) as workspace:
        found = workspace.remembered_mapping("lead", ["Qwe", "Asd"])
        assert found is not None
        assert (found.mapping.constants, found.mapping.default_country) == ({"status": "new"}, "DE")
    june = leapgrid.write("june.csv", "qwe,asd", "Bo Holm,y")
    second = terminal("open", june)
    second.wait_for("Bo Holm")
    second.wait_for("as remembered from")
    assert "new" in second.text
    second.press(keys.CTRL_Q)
    assert second.ends() == 0

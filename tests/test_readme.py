"""The README is true: its keys, its commands, its files, its example of the client."""

import io
import re
from contextlib import redirect_stdout

from leapgrid.sandbox import SandboxServer
from leapgrid.sandbox.faults import as_faults
from leapgrid.tui.theming import load_themes
from tests.readme import README, with_keys

TEXT = README.read_text("utf-8")


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", TEXT, re.MULTILINE | re.DOTALL)


def test_the_keys_are_those_of_the_registry() -> None:
    assert with_keys(TEXT) == TEXT, "Run: python -m tests.readme"


def test_the_first_two_shell_blocks_are_the_demo_and_the_tests() -> None:
    demo, tests = blocks("sh")
    assert "-m venv" in demo
    assert demo.strip().endswith("leapgrid demo")
    assert "-m venv" in tests
    assert tests.strip().endswith("-m pytest")


def test_the_example_of_the_client_runs_as_it_stands() -> None:
    (example,) = [b for b in blocks("python") if "Superleap(" in b]
    with SandboxServer() as server:
        code = example.replace("http://127.0.0.1:8001", server.base_url)
        exec(compile(code, "README.md", "exec"), {})
        assert [r["email"] for r in server.store.records("lead")] == ["anna@kellerbau.de"]
        refused = code.replace("anna@kellerbau.de", "anna@")
        said = io.StringIO()
        with redirect_stdout(said):
            exec(compile(refused, "README.md", "exec"), {})
        assert "1 email invalid email format: anna@" in said.getvalue()
        server.set_fault("cut-after")
        exec(compile(code, "README.md", "exec"), {})
        assert server.store.count("lead") == 2


def test_the_faults_that_it_names_can_be_given_so() -> None:
    (named,) = re.findall(r"misbehaves on request: (.*?) and others", TEXT, re.DOTALL)
    faults = re.findall(r"`([^`]*)`", named)
    assert len(faults) > 10
    for fault in faults:
        as_faults(fault.replace("SECONDS", "2.5").replace("=N", "=3"))


def test_files_and_links_that_it_names_exist() -> None:
    for path in re.findall(r"\]\(([^)#][^)]*)\)", TEXT):
        assert (README.parent / path).exists(), path
    headings = {
        re.sub(r"[^a-z0-9 -]", "", h.lower()).replace(" ", "-") for h in re.findall(r"^#+ (.*)$", TEXT, re.M)
    }
    assert set(re.findall(r"\]\(#([^)]*)\)", TEXT)) <= headings


def test_every_room_and_every_theme_is_on_the_map() -> None:
    package = README.parent / "src" / "leapgrid"
    for room in package.iterdir():
        if room.is_dir() and (room / "__init__.py").exists():
            assert f"| `{room.name}/` |" in TEXT, room.name
    for palette in load_themes()[0].values():
        assert palette.title.split()[0].lower() in TEXT.lower()

"""Running the app where the terminal goes away."""

from __future__ import annotations

import io
import os
import sys

import pytest

from leapgrid.cli.host import _forgiving_terminal


def test_a_terminal_that_is_gone_takes_whatever_is_drawn(monkeypatch: pytest.MonkeyPatch) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing, "wb", buffering=0) as raw:
        gone = io.TextIOWrapper(raw, encoding="utf-8", write_through=True)
        monkeypatch.setattr(sys, "__stderr__", gone)
        with _forgiving_terminal():
            terminal = sys.__stderr__
            assert terminal is not None
            for _ in range(3):
                terminal.write("drawn")
                terminal.flush()
            assert terminal.fileno() == raw.fileno()
        assert sys.__stderr__ is gone
        # Without it, the first thing that is drawn fails.
        with pytest.raises(BrokenPipeError):
            gone.write("drawn")
        gone.detach()

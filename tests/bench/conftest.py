"""Speed is measured one after another: what runs beside it would be measured too."""

from __future__ import annotations

import pytest


@pytest.hookimpl(tryfirst=True)
def pytest_cmdline_main(config: pytest.Config) -> None:
    """Only asked where these tests are named on the command line; before pytest-xdist reads its options."""
    config.option.numprocesses = 0
    config.option.dist = "no"

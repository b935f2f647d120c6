"""Addresses in whole columns: what stands before the @ by a pattern, what stands after it once a domain."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

from leapgrid.records.checks.domains import COMMON, MISTAKES, NO_SUCH_ENDINGS
from leapgrid.records.checks.email import LONGEST_LOCAL, accepts_domain

if TYPE_CHECKING:
    import polars as pl

_SIGNS = r"[a-zA-Z0-9_!#$%&'*+\-/=?^`{|}~]"
_SHAPE = rf"^{_SIGNS}+(?:\.{_SIGNS}+)*@[^@]+$"
_LABEL = "[a-z0-9]+(?:-[a-z0-9]+)*"
_DOMAIN = rf"^(?:{_LABEL}\.)+(?:[a-z0-9]+-)*[a-z0-9]*[a-z]$"
_LONGEST_DOMAIN = 63


class Addresses:
    """Tells which addresses of a column are surely fine; it remembers the domains that it has seen."""

    def __init__(self) -> None:
        self._domains: dict[str, bool] = {}

    def fine(self, texts: pl.Series) -> pl.Series:
        """Whether each text is surely an address that nothing is wrong with.

        Args:
            texts: any strings, without nulls.
        """
        import polars as pl

        parts = texts.str.splitn("@", 2).struct
        # Positions count bytes, and what stands before the @ is ASCII.
        shaped = texts.str.contains(_SHAPE) & (texts.str.find("@", literal=True) <= LONGEST_LOCAL)
        domains = parts.field("field_1").filter(shaped)
        found = domains.value_counts(name="count")
        names = found[domains.name]
        plain = _surely_fine(names)
        # A domain that only one address has is judged with that address.
        for name in names.filter(~plain & (found["count"] > 1)).to_list():
            if name not in self._domains:
                self._domains[name] = accepts_domain(name)
        seen = [self._domains.get(name, False) for name in names.to_list()]
        good = names.filter(plain | pl.Series(seen, dtype=pl.Boolean))
        return shaped & parts.field("field_1").is_in(good.implode()).fill_null(False)


def _surely_fine(domains: pl.Series) -> pl.Series:
    """Whether a domain is a plain one that is neither reserved nor near to a common one."""
    typed = domains.str.to_lowercase()
    return (
        typed.str.contains(_DOMAIN)
        & (typed.str.len_bytes() <= _LONGEST_DOMAIN)
        & ~typed.str.contains(_reserved())
        & ~typed.str.contains(_suspect())
        & ~typed.is_in(list(MISTAKES))
    )


def _reserved() -> str:
    from email_validator import SPECIAL_USE_DOMAIN_NAMES

    return rf"(?:^|\.)(?:{'|'.join(map(re.escape, SPECIAL_USE_DOMAIN_NAMES))})$"


@lru_cache(maxsize=1)
def _suspect() -> str:
    """Pattern of all domains that may be one mistake away from a common one, and of some others.

    One mistake, even of two letters that changed places, leaves either all before the middle as it was or
    all behind the letter there.
    """
    halves = []
    for right in COMMON:
        middle = len(right) // 2
        halves.append(f"^{re.escape(right[:middle])}")
        halves.append(f"^{right[0]}.*{re.escape(right[middle + 1 :])}$")
    return "|".join([*halves, rf"\.(?:{'|'.join(NO_SUCH_ENDINGS)})$"])

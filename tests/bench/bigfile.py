"""The million-row file that speed is measured on: leads as a large company has them, mistakes included.

``python -m tests.bench.bigfile 1000000 big.csv`` writes it. The same arguments always give the same file.
"""

from __future__ import annotations

import random
import sys
from pathlib import Path

HEADERS = ("Name", "Email", "Phone", "Status", "Owner", "External ID")

_FIRMS = 5_000
_MISTAKES = 0.005
"""Share of the rows that have one."""

# First names and last names that go together, as people of one place write them, and how often.
_PEOPLE = (
    (40, "Anna Maria Laura Julia James Robert Linda Emma Noah Olivia Liam Carla Paul Peter Sophie Jonas",
     "Smith Johnson Williams Brown Miller Davis Wilson Moore Taylor Clark Lewis Walker Young King Wright"),
    (14, "Jürgen Käthe Jörg Günter Zoë Sören Björn Heike Uwe Anke",
     "Müller Schäfer Köhler Krüger Böhm Weiß Schröder Jäger Groß Bär"),
    (10, "José María Íñigo Begoña Álvaro Núria Andrés Inés", "García Muñoz López Peña Ibáñez Núñez Solís"),
    (8, "Łukasz Ștefan Zdeněk Ágnes Željko Dorota", "Wójcik Popescu Dvořák Kovács Marković Zieliński"),
    (12, "Aarav Priya Rohan Ananya Vikram Neha", "Sharma Patel Iyer Reddy Gupta Nair Singh"),
    (5, "Олена Дмитро Мария Иван", "Шевченко Бондаренко Иванова Петров"),
    (5, "小明 伟 芳 静", "王 李 张 刘 陈"),
    (4, "翔太 美咲 健 陽菜", "田中 佐藤 鈴木 高橋"),
    (2, "محمد فاطمة", "الحسن خليل"),
)  # fmt: skip

# Country code, digits that numbers begin with, how many follow, and how people there part them.
_PHONES = (
    ("1", ("2024", "4156", "6462", "3125", "6174", "2123"), 6, "-"),
    ("49", ("302", "1511", "1604", "1702"), 7, " "), ("44", ("7400", "7401", "7402"), 6, " "),
    ("91", ("98", "88", "97"), 8, " "), ("33", ("61", "66", "62"), 7, " "), ("34", ("61", "65"), 7, " "),
    ("39", ("347", "338", "320"), 7, " "), ("48", ("512", "601", "602", "501"), 6, "-"),
    ("61", ("412", "413", "421", "432"), 6, " "), ("81", ("901", "804"), 7, "-"),
    ("55", ("119", "219"), 8, "-"), ("86", ("138", "139", "136"), 8, ""),
)  # fmt: skip

_STATUSES = ("new", "new", "working", "working", "nurturing", "qualified", "unqualified")
_WORDS = ("nord", "alpha", "blue", "data", "green", "iron", "lake", "metro", "nova", "open", "peak", "quick",
          "river", "solar", "terra", "urban", "vector", "west", "zenith", "cloud")  # fmt: skip
_KINDS = ("works", "labs", "trade", "soft", "logistics", "media", "systems", "foods", "bank", "care")
_ENDS = ("com", "com", "com", "de", "co.uk", "io", "in", "fr", "es", "net")


def lines(count: int, *, quotes: bool = False, seed: int = 4) -> list[str]:
    """The lines of the file without their ends, the header first.

    Args:
        count: records.
        quotes: some names hold a comma, and stand in quotes.
        seed: another one gives other records.
    """
    chance = random.Random(seed)
    firms = [
        f"{chance.choice(_WORDS)}{chance.choice(_KINDS)}{number or ''}.{chance.choice(_ENDS)}"
        for number in range(_FIRMS)
    ]
    weights = [weight for weight, _, _ in _PEOPLE]
    people = [(first.split(), last.split()) for _, first, last in _PEOPLE]
    owners = [f"usr_{chance.randrange(10**11):011}" for _ in range(60)]
    made = [",".join(HEADERS)]
    # What is drawn by weight is drawn at once: a call a row would take most of the time.
    kinds = chance.choices(people, weights, k=count)
    statuses = chance.choices(_STATUSES, k=count)
    owned = chance.choices(owners, k=count)
    domains = chance.choices(firms, k=count)
    rolls = [chance.random() for _ in range(count)]
    for row in range(count):
        firsts, lasts = kinds[row]
        first, last = firsts[row * 7 % len(firsts)], lasts[row * 11 % len(lasts)]
        name = f"{first} {last}"
        local = f"{first}.{last}".lower() if first.isascii() and last.isascii() else "contact"
        cells = [
            name,
            f"{local}{row}@{domains[row]}",
            _phone(row, rolls[row]),
            statuses[row],
            owned[row],
            f"EXT-{row + 1:07}",
        ]
        if rolls[row] < _MISTAKES:
            _spoil(cells, chance.randrange(len(_SPOILERS)))
        if quotes and row % 50 == 7:
            cells[0] = f'"{last}, {first}"'
        made.append(",".join(cells))
    return made


def _phone(row: int, roll: float) -> str:
    code, begins, digits, part = _PHONES[row % len(_PHONES)]
    begin = begins[row // 16 % len(begins)]
    rest = f"{int(roll * 1e12) % 10**digits:0{digits}}"
    way = row // 5 % 4
    if way == 0:
        return f"+{code}{begin}{rest}"
    if way == 1:
        return f"+{code} ({begin}) {rest[:3]}{part}{rest[3:]}"
    return f"+{code}{part or ' '}{begin}{part}{rest[:3]}{part}{rest[3:]}"


def _no_at(cells: list[str]) -> None:
    cells[1] = cells[1].replace("@", "")


def _space(cells: list[str]) -> None:
    cells[1] = cells[1].replace("@", " @")


def _twice(cells: list[str]) -> None:
    cells[1] = cells[1].replace("@", "@@")


def _no_end(cells: list[str]) -> None:
    cells[1] = cells[1].rsplit(".", 1)[0] if cells[1].count(".") == 1 else cells[1].split("@")[0] + "@"


def _typo(cells: list[str]) -> None:
    cells[1] = cells[1].split("@")[0] + "@gmial.com"


def _two_dots(cells: list[str]) -> None:
    cells[1] = cells[1].replace("@", "..x@")


def _too_many(cells: list[str]) -> None:
    cells[2] += "88888"


def _too_few(cells: list[str]) -> None:
    cells[2] = cells[2][:6]


def _no_country(cells: list[str]) -> None:
    cells[2] = cells[2].lstrip("+").split(" ", 1)[-1]


def _letters(cells: list[str]) -> None:
    cells[2] += " ext. 12"


def _no_phone(cells: list[str]) -> None:
    cells[2] = "n/a"


def _status(cells: list[str]) -> None:
    cells[3] = "Qualifed"


def _owner(cells: list[str]) -> None:
    cells[4] = "anna.keller@ourfirm.com"


def _nothing(cells: list[str]) -> None:
    cells[0] = cells[1] = ""


def _same(cells: list[str]) -> None:
    cells[1] = "info@openlabs.com"


_SPOILERS = (_no_at, _space, _twice, _no_end, _typo, _two_dots, _too_many, _too_few, _no_country, _letters,
             _no_phone, _status, _owner, _nothing, _same)  # fmt: skip


def _spoil(cells: list[str], which: int) -> None:
    _SPOILERS[which](cells)


def write(path: Path, count: int, *, quotes: bool = False, seed: int = 4) -> Path:
    """Write the file in UTF-8 with LF; see :func:`lines`."""
    path.write_bytes(("\n".join(lines(count, quotes=quotes, seed=seed)) + "\n").encode())
    return path


if __name__ == "__main__":
    write(Path(sys.argv[2]), int(sys.argv[1]), quotes="--quotes" in sys.argv)

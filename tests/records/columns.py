"""Texts for columns of each type: right ones, ones with likely mistakes, and hostile ones."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence

from leapgrid.records import Field, FieldType

OPEN, CLOSED = ("new", "working", "qualified"), ("new", "on hold", "won", "[1]")

FIELDS = {
    "text": Field("name"),
    "required text": Field("name", required=True, max_length=12),
    "long text": Field("notes", multiline=True, max_length=40),
    "email": Field("email", type=FieldType.EMAIL),
    "short email": Field("email", type=FieldType.EMAIL, max_length=14, required=True),
    "phone": Field("phone", type=FieldType.PHONE),
    "integer": Field("size", type=FieldType.INTEGER),
    "number": Field("amount", type=FieldType.NUMBER),
    "boolean": Field("active", type=FieldType.BOOLEAN),
    "date": Field("day", type=FieldType.DATE, required=True),
    "datetime": Field("at", type=FieldType.DATETIME),
    "open choice": Field("status", type=FieldType.CHOICE, choices=OPEN),
    "closed choice": Field("status", type=FieldType.CHOICE, choices=CLOSED, choices_closed=True),
    "open multi-choice": Field("tags", type=FieldType.MULTI_CHOICE, choices=OPEN),
    "closed multi-choice": Field("tags", type=FieldType.MULTI_CHOICE, choices=CLOSED, choices_closed=True),
    "reference": Field("owner", type=FieldType.REFERENCE, max_length=20),
    "read only": Field("id", read_only=True),
    "required read only": Field("id", type=FieldType.DATE, read_only=True, required=True),
    "external id": Field("external_id"),
    "unique": Field("code", type=FieldType.REFERENCE, unique=True),
}

STEMS = {
    FieldType.TEXT: (
        "Ann Lee", "Zoë", "[draft] x", "[1]", '{"a": 1}', "a\nb", "a\tb", "\x85", "  [2] ", "日本語",
    ),
    FieldType.EMAIL: (
        "a@b.de", "A.B+c@Firm.CO.uk", "x@gmail.com", "x@gmial.com", "x@gamil.com", "x@gmai.com",
        "x@yaho.co.in",
        "a@b.con", "a@b.test", "a@localhost", "a@xn--mnchen-3ya.de", "a@münchen.de", "ä@b.de", "a@b-.de",
        "a@-b.de",
        "a@b..de", "a@a--b.de", "a@ab--c.de", "a@b.d3", "a@3.de", '"a b"@c.de', "Ann <a@b.de>", "a@b@c.de",
        ".a@b.de",
        "a.@b.de", "a..b@c.de", "a@b。de", "a@ｂ.de", "a@b.de ", "a@b.de\n", "a@[1.2.3.4]", "İ@b.de",
        "ſ@b.de", "a@K.de",
        "a" * 64 + "@b.de", "a" * 65 + "@b.de", "a@" + "b" * 63 + ".de", "a@" + "b" * 64 + ".de",
        "a@" + "b." * 120 + "de",
        "a" * 200 + "@" + "b." * 30 + "de", "nobody", "@", "a@", "@b.de",
    ),
    FieldType.PHONE: (
        "+49 171 2345678", "+49 (0)171 2345678", "0171 2345678", "0049 171 2345678", "+1 650-253-0000",
        "16502530000",
        "+1-555-123-4567", "+91-887788778888", "+44 20 7946 0958", "+44 1534 456789", "+39 06 698 12345",
        "+7 812 3456789",
        "+7 701 2345678", "+86 138 0013 8000", "+55 11 96123-4567", "+54 9 11 2345 6789", "+800 1234 5678",
        "+999 123",
        "1.65025E+10", "+49171+49172", "+49 171 2345678 ext 5", "＋49 171 2345678", "+٤٩١٧١٢٣٤٥٦٧٨",
        "1-800-FLOWERS", "n/a",
    ),
    FieldType.INTEGER: (
        "0", "-0", "+5", "007", "12", "1,234", "1.000", "1e3", "12.0", "−5", " 5", "٣", "9" * 101, "--1",
        "9" * 4001,
    ),
    FieldType.NUMBER: (
        "0", "1.5", "1.", ".5", "-0.10", "007.5", "1,5", "1.234,5", "1e400", "0.1234567",
        "123456789.123456", "12a",
        "1234567890.1234567", "1234567890123456789.5", "0.30000000000000004", "1_0", "$5", "5%",
    ),
    FieldType.BOOLEAN: ("true", "TRUE", "yEs", "no", "1", "0", " 1", "ja", "x", "tİue", "2"),
    FieldType.DATE: (
        "2026-04-03", "2026-02-29", "2024-02-29", "2026-02-30", "0000-01-01", "0001-01-01", "2026-13-01",
        "2026/4/3",
        "2026-4/3", "03.04.2026", "31.12.2026", "12/31/2026", "31/12/2026", "31-4-2026", "3.4.26",
        "3 April 2026", "45000",
        "20260403", "2026-04-31", "2026-04-03 10:00", "٢٠٢٦-٠٤-٠٣", "29.2.1900", "0.1.2026",
    ),
    FieldType.DATETIME: (
        "2026-04-03 14:30", "2026-04-03T14:30:00Z", "2026-04-03T14:30:00.123456789+05:30",
        "2026-04-03 24:00", "2026-04-03",
        "2026-03-29 02:30", "2026-04-03 14:30 +0200", "2026-04-03T14:30:00-24:00", "1775226600000",
        "1775226600",
        "9999-12-31 23:59-12:00", "0001-01-01 00:00+12:00", "2026-02-30 10:00",
        "2026-04-03T14:30:00.1234567890Z", "3:00 pm",
    ),
    FieldType.CHOICE: ("new", "New", "on hold", "won ", "[1]", "a\nb"),
    FieldType.MULTI_CHOICE: ("new", "new;won", "new; on hold;", ";", " ; \x1f", "\u200b", "x;new", "won"),
    FieldType.REFERENCE: (
        "g1koYv_uLg11RFM", "a@b.de", "Ann Lee", " g1 ", "[1]", "{}", "a\tb", "x\u2003y", "ä",
    ),
}  # fmt: skip
"""Texts of each type on both sides of every border between right and wrong."""

SEPARATORS = (" ", " ", "-", ".", "/", " (", ") ", "\u00a0", "\u2011", "")


def phone_numbers(
    code: int, count: int, rng: random.Random, numbers: Sequence[str] = (), prefixes: Sequence[str] = ()
) -> Iterator[str]:
    """Texts about the numbers of a calling code: the library's examples and the given ones, changed by
    digits, length and prefixes, and written in many ways."""
    from phonenumbers import COUNTRY_CODE_TO_REGION_CODE, PhoneMetadata

    kinds = (
        "fixed_line",
        "mobile",
        "toll_free",
        "premium_rate",
        "shared_cost",
        "voip",
        "pager",
        "uan",
        "voicemail",
    )
    known = []
    for region in COUNTRY_CODE_TO_REGION_CODE[code]:
        table = PhoneMetadata.metadata_for_region_or_calling_code(code, region)
        examples = [
            d.example_number for d in (getattr(table, kind) for kind in kinds) if d and d.example_number
        ]
        known += [(example, table.national_prefix or "") for example in (*examples, *numbers)]
    for _ in range(count):
        example, prefix = rng.choice(known)
        digits = list(example)
        dice = rng.random()
        if dice < 0.5:
            for _ in range(rng.randint(0, 6)):
                digits[rng.randrange(len(digits))] = rng.choice("0123456789")
        if dice < 0.15:
            digits.insert(rng.randrange(len(digits) + 1), rng.choice("0123456789"))
        elif dice < 0.25:
            digits.pop()
        elif dice > 0.9:
            digits = [rng.choice("0123456789") for _ in range(rng.randint(1, 16))]
        before = ""
        if rng.random() < (0.4 if prefixes else 0.12):
            before = rng.choice((prefix, f"({prefix})", "0", "1", "8", "15", "00", *prefixes))
        written = before + "".join(digits)
        if rng.random() < 0.3:
            written = "".join(c + (rng.choice(SEPARATORS) if rng.random() < 0.3 else "") for c in written)
        if rng.random() < 0.02:
            written += rng.choice((" ", "x12", " ext 5", "#", "a", ";", "\n", "+", ")"))
        plus = rng.choice(("+ ", "+(", "++", "", "00", "＋", " +")) if rng.random() < 0.05 else "+"
        yield f"{plus}{code}{rng.choice((' ', '', '-', ')'))}{written}"


def national_numbers(region: str, count: int, rng: random.Random) -> Iterator[str]:
    """Numbers as they are written within a country: the library's examples, changed by digits, length,
    prefixes, right and wrong ones, and separators."""
    from phonenumbers import PhoneMetadata

    table = PhoneMetadata.metadata_for_region(region)
    kinds = (table.fixed_line, table.mobile, table.toll_free, table.voip, table.uan, table.premium_rate)
    examples = [kind.example_number for kind in kinds if kind and kind.example_number]
    code, own = str(table.country_code), table.national_prefix or "0"
    fronts = ("", "", "", own, own, "0", "00", f"00{code}", code, code + own, "1", "8", "011", f"0{code}")
    for _ in range(count):
        digits = list(rng.choice(examples))
        for _ in range(rng.choice((0, 0, 1, 2, 8))):
            digits[rng.randrange(len(digits))] = rng.choice("0123456789")
        length = rng.choice((-1, 0, 0, 0, 1))
        text = rng.choice(fronts) + "".join(digits[:-1] if length < 0 else digits + ["5"] * length)
        at = rng.randrange(len(text))
        yield text[:at] + rng.choice((*SEPARATORS, "", "")) + text[at:]


def addresses(count: int, rng: random.Random) -> Iterator[str]:
    """Addresses, most of them with something changed, many near to common domains."""
    from leapgrid.records.checks.domains import COMMON, MISTAKES

    domains = [*COMMON, *MISTAKES, *(a.partition("@")[2] for a in STEMS[FieldType.EMAIL])]
    locals_ = [a.rpartition("@")[0] for a in STEMS[FieldType.EMAIL]]
    signs = "abgmoily.-@_+%A0 9ßäİ\u0301\u00ad。"
    for _ in range(count):
        domain = rng.choice(domains)
        for _ in range(rng.choice((0, 1, 1, 2))):
            at = rng.randrange(len(domain) + 1)
            match rng.randrange(4):
                case 0:
                    domain = domain[:at] + rng.choice(signs) + domain[at:]
                case 1:
                    domain = domain[:at] + domain[at + 1 :]
                case 2:
                    domain = domain[:at] + domain[at : at + 2][::-1] + domain[at + 2 :]
                case _:
                    domain = domain[:at] + rng.choice(signs) + domain[at + 1 :]
        local = rng.choice(("a", "ann.lee", "x_1+y", rng.choice(locals_)))
        if rng.random() < 0.1:
            at = rng.randrange(len(local) + 1)
            local = local[:at] + rng.choice(signs) + local[at:]
        yield f"{local}@{rng.choice((domain, domain, domain.upper()))}"

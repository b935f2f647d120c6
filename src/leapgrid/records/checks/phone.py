"""Phone numbers: libphonenumber decides, by the rules of the table "Cells and payloads".

Valid is fine. Of what is not valid, a length that a fixed line or a mobile may have is a warning (ranges are
assigned faster than tables learn of it), anything else an error.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import TYPE_CHECKING, Literal, NamedTuple

from leapgrid.records.checks.base import (
    FINE,
    Findings,
    Spans,
    Typing,
    TypingState,
    error,
    has_errors,
    not_yet,
    runs,
    warning,
    wrong,
)
from leapgrid.records.checks.countries import COUNTRY_NAMES
from leapgrid.records.issues import Finding, Fix
from leapgrid.visible import visible

if TYPE_CHECKING:
    from phonenumbers import PhoneNumber

_PLUS = "+＋"
_SCIENTIFIC = re.compile(r"^\s*\d+(?:[.,]\d+)?[eE]\+?\d+\s*$")
_EXTENSION = re.compile(
    r"(?<=[\d)])(?:[\s,;]*(?:;ext=|ext(?:ensi[oó]n|n)?|xtn?|x|#|доб|durchwahl|anexo|,{2}|;)[.:\s,-]*\d{1,9}#?"
    r"|[- ]+\d{1,6}#)\s*$",
    re.IGNORECASE,
)
_WORDS_BEFORE = re.compile(r"^[^\W\d_][^\d+＋(]*(?=[\d+＋(])")
_WORDS_AFTER = re.compile(r"(?<=[\d)])[^\d]*[^\W\d_][^\d]*$")
_USUAL_SIGNS = frozenset(" \u00a0\u2007\u202f()-./\u2010\u2011\u2012\u2013\u2014\u2212" + _PLUS)
_EXAMPLE = "A phone number looks like +49 171 2345678."
_LONGEST = 17
_ABSURD = 200

_Reach = Literal["valid", "unassigned", "short", "long", "odd", "no country", "unknown country", "no number"]


class _Reading(NamedTuple):
    """What libphonenumber makes of a text: its number, and how far that is from one that can be called."""

    reach: _Reach
    number: PhoneNumber | None = None


def check_phone(text: str, default_country: str | None) -> Findings:
    """What is wrong with a phone number.

    Args:
        text: the whole cell, not empty.
        default_country: two-letter region of numbers written without a country code, or None.
    """
    if len(text) > _ABSURD:
        return (error("phone_syntax", f"This is too long for a phone number. {_EXAMPLE}"),)
    return _check(text, default_country)


@lru_cache(maxsize=4096)
def _check(text: str, default_country: str | None) -> Findings:
    if not _digits(text):
        return (error("phone_syntax", f"There is no number here. {_EXAMPLE}"),)
    if _SCIENTIFIC.match(text):
        message = "A spreadsheet has shortened this number, and its last digits are lost. Enter it again."
        return (error("phone_syntax", message, None, ((0, len(text)),)),)
    late = _late_plus(text)
    if late is not None:
        message = "There is a + inside the number. Keep one number in this cell."
        return (error("phone_syntax", message, None, ((late, late + 1),)),)
    country = default_region(default_country)
    tidy, findings = _tidy(text, country)
    if not _is_international(tidy):
        # Without any country no number comes of it, however it is read.
        reading = _read(tidy, country) if country is not None else _Reading("no country")
        verdict = _without_country(text, tidy, reading, country)
    else:
        verdict = _judge(text, _read(tidy, country))
    # What stands around a number is of no interest while the number itself is wrong.
    return verdict if has_errors(verdict) else (*findings, *verdict)


def phone_key(text: str, default_country: str | None) -> str | None:
    """The number of a cell as E.164 (``+491712345678``), by which spellings of one number are known.

    Signs and extensions around the number are passed over, and a missing + is taken as the suggested change
    of :func:`check_phone` takes it.

    Args:
        text: the whole cell.
        default_country: as for :func:`check_phone`.

    Returns:
        None where there is no number that can be called: its country is not known or its length not usual.
    """
    if len(text) > _ABSURD or not _digits(text) or _SCIENTIFIC.match(text) or _late_plus(text) is not None:
        return None
    country = default_region(default_country)
    tidy, _ = _tidy(text, country)
    reading = _read(tidy, country)
    if not _is_international(tidy):
        if not 2 <= len(_digits(text)) <= _LONGEST:
            return None
        reading = _with_country(tidy, reading, country)
    if reading.number is None or reading.reach not in ("valid", "unassigned"):
        return None
    from phonenumbers import PhoneNumberFormat, format_number

    key: str = format_number(reading.number, PhoneNumberFormat.E164)
    return key


def type_phone(text: str, default_country: str | None) -> Typing:
    """The verdict on a phone number that is being typed.

    Args:
        text: what stands in the editor, not empty.
        default_country: as for :func:`check_phone`.
    """
    findings = check_phone(text, default_country)
    if len(text) > _ABSURD:
        return wrong(findings[0])
    country = default_region(default_country)
    tidy, _ = _tidy(text, country)
    if not has_errors(findings):
        return _type_possible(tidy, country, findings)
    first = next(f for f in findings if f.severity == "error")
    if _late_plus(text) is not None:
        return wrong(first)
    if not _is_international(tidy):
        if len(_digits(text)) > _LONGEST:
            return wrong(first)
        return not_yet("a phone number begins with + and the country")
    started = "".join(c for _, c in _digits(tidy))
    if not _country_code_begins(started):
        return wrong(first)
    # With more digits a national prefix or a carrier's code may turn out to be what stands at the front.
    if all(_read(tidy + more, country).reach == "long" for more in ("", "1", "11", "111", "1111")):
        return wrong(first)
    return not_yet(_missing(tidy, country))


def _type_possible(tidy: str, country: str | None, findings: Findings) -> Typing:
    if not findings:
        return FINE
    reading = _read(tidy, country)
    first = findings[0]
    if first.code == "phone_unassigned" and reading.number is not None:
        usual = _usual_lengths(reading.number)
        if usual and _length(reading.number) < usual[-1]:
            return not_yet(f"this is no assigned number in {_country(reading.number)} so far")
    if first.code == "phone_no_country" and country is not None and reading.reach == "short":
        return not_yet(_missing(tidy, country))
    return Typing(TypingState.WARNING, first.message, first.fix, first.spans)


def _judge(text: str, reading: _Reading) -> Findings:
    """The findings on a number with a country code."""
    if reading.reach == "valid":
        return ()
    number = reading.number
    if number is None:
        code = "".join(c for _, c in _digits(text))[:3]
        if reading.reach == "unknown country" or not _country_code_begins(code):
            if code.startswith("0"):
                message = "No country code begins with 0. Write + and the country, like +49 171 2345678."
            else:
                message = f"No country has the code +{code}. {_EXAMPLE}"
            return (error("phone_country", message, None, runs([at for at, _ in _digits(text)[:3]])),)
        if reading.reach == "long":
            return (_too_many(text),)
        if reading.reach == "short":
            return (error("phone_length", f"There are too few digits. {_EXAMPLE}"),)
        return (error("phone_syntax", f"This is not a phone number. {_EXAMPLE}"),)
    country = _country(number)
    if reading.reach == "unassigned":
        message = f"This number range is not assigned in {country}; the server may take it."
        return (warning("phone_unassigned", message),)
    length, usual = _length(number), _usual_lengths(number)
    digits = f"{length} digit{'' if length == 1 else 's'}"
    where = f"for {country} (+{number.country_code})" if not country.startswith("+") else f"for {country}"
    spans: Spans = ()
    if reading.reach == "long":
        wording = f"{digits} are too many"
        spans = runs([at for at, _ in _digits(text)[usual[-1] - length :]])
    elif reading.reach == "short":
        wording = f"{digits} {'is' if length == 1 else 'are'} too few"
    else:
        wording = f"{digits} are not usual"
    return (error("phone_length", f"{wording} {where}: {_list(usual)} are usual.", None, spans),)


def _without_country(text: str, tidy: str, reading: _Reading, country: str | None) -> Findings:
    """The findings on a number without a country code: a warning as long as it can be a number at all."""
    if len(_digits(text)) > _LONGEST:
        return (_too_many(text),)
    if len(_digits(text)) < 2:
        return (error("phone_length", f"There are too few digits. {_EXAMPLE}"),)
    digits = "".join(c for _, c in _digits(tidy))
    value = _international(_with_country(tidy, reading, country))
    if value and digits.startswith("00") and _international(_read(f"+{digits[2:]}", None)):
        return (warning("phone_no_country", "Write + in place of 00.", Fix(f"Change to {value}", value)),)
    if value:
        return (warning("phone_no_country", "No country code.", Fix(f"Change to {value}", value)),)
    advice = "Start with + and the country"
    advice += ", or set a default country." if country is None else "."
    return (warning("phone_no_country", f"No country code. {advice}"),)


def _with_country(tidy: str, reading: _Reading, country: str | None) -> _Reading:
    """A number without a country code, read with the one that is probably missing."""
    digits = "".join(c for _, c in _digits(tidy))
    if digits.startswith("00"):
        dialled = _read(f"+{digits[2:]}", None)
        if dialled.reach in ("valid", "unassigned"):
            return dialled
    if country is not None and reading.reach != "valid":
        # 49171... in Germany: only the + is missing.
        bare = _read(f"+{digits}", None)
        if bare.reach == "valid":
            return bare
    return reading


def _tidy(text: str, country: str | None) -> tuple[str, Findings]:
    """The text without what is not part of a number, and a warning for what that is."""
    value = text.strip(" \u00a0")
    kinds: list[tuple[str, str, str]] = []
    front = re.match(f"[{_PLUS}\\s]*", value)
    if front and sum(c in _PLUS for c in front.group()) > 1:
        value = "+" + value[front.end() :]
        kinds.append(("phone_plus", "There is more than one + in front. Keep one.", "Keep one +"))
    extension = _EXTENSION.search(value)
    if extension:
        shown = visible(extension.group().strip(), 20)
        value = value[: extension.start()].rstrip()
        kinds.append(
            (
                "phone_extension",
                f'The extension "{shown}" may be refused. Keep the number alone.',
                "Remove the extension",
            )
        )
    if any(c.isalpha() for c in value):
        value, label = _without_letters(value, country)
        kinds.append(("phone_letters", "There are letters in the number. Write digits.", label))
    strange = [c for c in value if not (c.isdecimal() or c in _USUAL_SIGNS or c.isalpha())]
    if strange:
        value = "".join(c for c in value if c not in strange).strip()
        kinds.append(
            ("phone_signs", f'"{visible(strange[0])}" is no part of a phone number. Remove it.', "Remove it")
        )
    if not kinds:
        return value, ()
    code, message, label = kinds[0]
    clear = all(label for _, _, label in kinds) and _may_be_sent(value, country)
    fix = Fix(label if len(kinds) == 1 else "Keep the digits alone", value) if clear else None
    strays = [i for i, c in enumerate(text) if not (c.isdecimal() or c in _USUAL_SIGNS)]
    if code == "phone_plus":
        strays = [i for i, c in enumerate(text) if c in _PLUS][1:]
    spans = runs(strays)
    return value, (warning(code, message, fix, spans),)


def _without_letters(value: str, country: str | None) -> tuple[str, str]:
    """The number without words around it, or with its letters as the digits of their keys.

    Returns:
        The number, and what making it so is called; "" where it is a guess that nobody should be offered.
    """
    bare = _WORDS_AFTER.sub("", _WORDS_BEFORE.sub("", value)).strip()
    if not any(c.isalpha() for c in bare) and _may_be_sent(bare, country):
        return bare, "Remove the letters"
    from phonenumbers import convert_alpha_characters_in_number, is_alpha_number

    if is_alpha_number(value):
        converted = convert_alpha_characters_in_number(value)
        if _may_be_sent(converted, country):
            return converted, "Write digits"
    return "".join(c for c in bare if not c.isalpha()).strip(), ""


def _may_be_sent(value: str, country: str | None) -> bool:
    return _read(value, country).reach in ("valid", "unassigned")


@lru_cache(maxsize=1024)
def _read(text: str, country: str | None) -> _Reading:
    """What libphonenumber says.

    A number that begins with + is read without the default country, which must not change its meaning.
    """
    import phonenumbers
    from phonenumbers import NumberParseException, PhoneNumberType, ValidationResult

    try:
        number = phonenumbers.parse(text, None if _is_international(text) else country)
    except NumberParseException as failure:
        if failure.error_type == NumberParseException.INVALID_COUNTRY_CODE:
            return _Reading("unknown country" if _is_international(text) else "no country")
        if failure.error_type == NumberParseException.TOO_LONG:
            return _Reading("long")
        if failure.error_type in (
            NumberParseException.TOO_SHORT_NSN,
            NumberParseException.TOO_SHORT_AFTER_IDD,
        ):
            return _Reading("short")
        return _Reading("no number")
    if phonenumbers.is_valid_number(number):
        return _Reading("valid", number)
    # Without a type, "possible" counts the lengths of every service number too: 12 digits pass for India.
    possible = phonenumbers.is_possible_number_for_type_with_reason(
        number, PhoneNumberType.FIXED_LINE_OR_MOBILE
    )
    if possible == ValidationResult.IS_POSSIBLE:
        return _Reading("unassigned", number)
    if possible == ValidationResult.INVALID_COUNTRY_CODE:
        return _Reading("unknown country")
    if possible == ValidationResult.TOO_LONG:
        return _Reading("long", number)
    if possible in (ValidationResult.TOO_SHORT, ValidationResult.IS_POSSIBLE_LOCAL_ONLY):
        return _Reading("short", number)
    return _Reading("odd", number)


def _international(reading: _Reading) -> str:
    if reading.number is None or reading.reach not in ("valid", "unassigned"):
        return ""
    from phonenumbers import PhoneNumberFormat, format_number

    return format_number(reading.number, PhoneNumberFormat.INTERNATIONAL)


def _usual_lengths(number: PhoneNumber) -> tuple[int, ...]:
    """How many digits a fixed line or a mobile has there, without the country code, in order."""
    from phonenumbers import PhoneMetadata, region_code_for_country_code

    code = number.country_code or 0
    data = PhoneMetadata.metadata_for_region_or_calling_code(code, region_code_for_country_code(code))
    if data is None:
        return ()
    kinds = (data.fixed_line, data.mobile)
    lengths = {n for kind in kinds if kind is not None for n in kind.possible_length if n > 0}
    if not lengths and data.general_desc is not None:
        lengths = {n for n in data.general_desc.possible_length if n > 0}
    return tuple(sorted(lengths))


def _length(number: PhoneNumber) -> int:
    from phonenumbers import national_significant_number

    return len(national_significant_number(number))


def _country(number: PhoneNumber) -> str:
    """The name of a number's country; its code where several share it without a main one."""
    from phonenumbers import region_code_for_country_code

    code = number.country_code or 0
    return COUNTRY_NAMES.get(region_code_for_country_code(code), f"+{code}")


def _missing(tidy: str, country: str | None) -> str:
    reading = _read(tidy, country)
    if reading.number is None:
        return "the number is not complete"
    usual = _list(_usual_lengths(reading.number))
    length = _length(reading.number)
    return f"{length} digit{'' if length == 1 else 's'} for {_country(reading.number)}, {usual} are usual"


def _list(lengths: tuple[int, ...]) -> str:
    if not lengths:
        return "others"
    if len(lengths) == 1:
        return str(lengths[0])
    if len(lengths) == 2:
        return f"{lengths[0]} or {lengths[1]}"
    return f"{lengths[0]} to {lengths[-1]}"


def _too_many(text: str) -> Finding:
    digits = _digits(text)
    message = f"{len(digits)} digits are too many for a phone number: at most 15 are usual."
    return error("phone_length", message, None, runs([at for at, _ in digits[15:]]))


def default_region(country: str | None) -> str | None:
    """The default country if libphonenumber has it; an unknown one is as none."""
    if not country:
        return None
    from phonenumbers import SUPPORTED_REGIONS

    return country.upper() if country.upper() in SUPPORTED_REGIONS else None


@lru_cache(maxsize=1)
def _codes() -> tuple[str, ...]:
    from phonenumbers import supported_calling_codes

    return tuple(str(code) for code in supported_calling_codes())


def _country_code_begins(digits: str) -> bool:
    """Whether a country's code begins with these digits or these digits begin with one."""
    return any(code.startswith(digits) or digits.startswith(code) for code in _codes())


def _is_international(text: str) -> bool:
    return text.lstrip(" \t\u00a0(")[:1] in tuple(_PLUS)


def _late_plus(text: str) -> int | None:
    """Where a + stands behind a digit, as between two numbers."""
    seen = False
    for at, char in enumerate(text):
        if char in _PLUS and seen:
            return at
        seen = seen or char.isdecimal()
    return None


def _digits(text: str) -> list[tuple[int, str]]:
    """The digits with their places, those of other scripts as the plain ones they stand for."""
    if text.isascii():
        return [(at, c) for at, c in enumerate(text) if c.isdecimal()]
    return [(at, str(unicodedata.digit(c))) for at, c in enumerate(text) if c.isdecimal()]

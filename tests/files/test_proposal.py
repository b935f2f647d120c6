"""What is proposed for the columns of files as other programs write them, and why."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from leapgrid.files import ImportMapping, RawFile, ReadOptions, UnreadableFile, propose, value_uses
from leapgrid.files.model import Detected
from leapgrid.records.frame import Frame
from leapgrid.records.schema import schema_for

LEAD = schema_for("lead")


def raw(headers: Sequence[str], *rows: Sequence[str], **more: Any) -> RawFile:
    """A file that was read."""
    lines = list(range(2, len(rows) + 2))
    frame = Frame.from_rows(headers, rows, lines)
    return RawFile(frame, "csv", "in.csv", "in.csv", 10, ReadOptions("utf-8", ",", 1), **more)


def column(header: str, texts: Sequence[str], **more: Any) -> RawFile:
    """A file of one column."""
    return raw([header], *([text] for text in texts), **more)


EXPORTS = {
    "HubSpot contacts": (
        "Record ID,First Name,Last Name,Email,Phone Number,Contact owner,Lead Status,"
        "Marketing contact status,"
        "Create Date,Last Activity Date,Associated Company",
        {"Email": "email", "Phone Number": "phone", "Contact owner": "owner", "Lead Status": "status"},
        ("First Name", "Last Name"),
    ),
    "Salesforce leads": (
        "Lead Owner,First Name,Last Name,Title,Company / Account,Email,Phone,Mobile,Lead Status,Lead Source,"
        "Street,City,Zip/Postal Code,Country,Lead ID,Created Date",
        {"Lead Owner": "owner", "Email": "email", "Phone": "phone", "Lead Status": "status"},
        ("First Name", "Last Name"),
    ),
    "Salesforce report": (
        "Full Name,Email,Phone,Lead Status,Lead Owner,Company",
        {
            "Full Name": "name",
            "Email": "email",
            "Phone": "phone",
            "Lead Status": "status",
            "Lead Owner": "owner",
        },
        None,
    ),
    "Google contacts, until 2023": (
        "Name,Given Name,Additional Name,Family Name,Yomi Name,Birthday,Notes,Group Membership,"
        "E-mail 1 - Type,"
        "E-mail 1 - Value,E-mail 2 - Type,E-mail 2 - Value,Phone 1 - Type,Phone 1 - Value,"
        "Organization 1 - Name",
        {"Name": "name", "E-mail 1 - Value": "email", "Phone 1 - Value": "phone"},
        None,
    ),
    "Google contacts": (
        "First Name,Middle Name,Last Name,Phonetic First Name,Name Prefix,Nickname,File As,Organization Name,"
        "Birthday,Notes,Photo,Labels,E-mail 1 - Label,E-mail 1 - Value,Phone 1 - Label,Phone 1 - Value",
        {"E-mail 1 - Value": "email", "Phone 1 - Value": "phone"},
        ("First Name", "Last Name"),
    ),
    "Outlook in German": (
        "Anrede,Vorname,Weitere Vornamen,Nachname,Firma,Abteilung,Position,Straße geschäftlich,"
        "Ort geschäftlich,"
        "Fax geschäftlich,Telefon geschäftlich,Telefon privat,Mobiltelefon,E-Mail-Adresse,E-Mail-Typ,Notizen",
        {"Telefon geschäftlich": "phone", "E-Mail-Adresse": "email"},
        ("Vorname", "Nachname"),
    ),
    "Outlook": (
        "Title,First Name,Middle Name,Last Name,Company,Business Street,Business Fax,Business Phone,"
        "Home Phone,"
        "Mobile Phone,E-mail Address,E-mail Type,E-mail Display Name,Notes",
        {"Business Phone": "phone", "E-mail Address": "email"},
        ("First Name", "Last Name"),
    ),
    "Pipedrive people": (
        "Person - ID,Person - Name,Person - Label,Person - Organization,Person - Email - Work,"
        "Person - Email - Home,Person - Phone - Work,Person - Phone - Mobile,Person - Owner,"
        "Person - Open deals",
        {
            "Person - Name": "name",
            "Person - Email - Work": "email",
            "Person - Phone - Work": "phone",
            "Person - Owner": "owner",
        },
        None,
    ),
    "Zoho leads": (
        "Record Id,Lead Owner.id,Lead Owner,Company,First Name,Last Name,Full Name,Designation,"
        "Email,Phone,Fax,"
        "Mobile,Lead Source,Lead Status,Industry,No. of Employees",
        {
            "Lead Owner": "owner",
            "Full Name": "name",
            "Email": "email",
            "Phone": "phone",
            "Lead Status": "status",
        },
        None,
    ),
    "LinkedIn connections": (
        "First Name,Last Name,URL,Email Address,Company,Position,Connected On",
        {"Email Address": "email"},
        ("First Name", "Last Name"),
    ),
    "French": ("Nom complet,Adresse e-mail,Téléphone portable,Société", {"Nom complet": "name",
               "Adresse e-mail": "email", "Téléphone portable": "phone"}, None),
    "Spanish": ("Nombre,Apellidos,Correo electrónico,Teléfono móvil", {"Correo electrónico": "email",
                "Teléfono móvil": "phone"}, ("Nombre", "Apellidos")),
    "Portuguese": ("Nome,Endereço de e-mail,Telemóvel,Responsável", {"Nome": "name",
                   "Endereço de e-mail": "email", "Telemóvel": "phone", "Responsável": "owner"}, None),
    "Italian": ("Nome,Cognome,Indirizzo email,Cellulare", {"Indirizzo email": "email", "Cellulare": "phone"},
                ("Nome", "Cognome")),
    "Dutch": ("Naam,E-mailadres,Telefoonnummer,Eigenaar", {"Naam": "name", "E-mailadres": "email",
              "Telefoonnummer": "phone", "Eigenaar": "owner"}, None),
    "Polish": ("Imię i nazwisko,Adres e-mail,Numer telefonu,Właściciel", {"Imię i nazwisko": "name",
               "Adres e-mail": "email", "Numer telefonu": "phone", "Właściciel": "owner"}, None),
    "Romanian": ("Nume complet,Adresă de email,Număr de telefon,Stare", {"Nume complet": "name",
                 "Adresă de email": "email", "Număr de telefon": "phone", "Stare": "status"}, None),
    "Turkish": ("Adı Soyadı,E-posta Adresi,Cep Telefonu,Durum", {"Adı Soyadı": "name",
                "E-posta Adresi": "email", "Cep Telefonu": "phone", "Durum": "status"}, None),
    "Russian": ("ФИО,Эл. почта,Телефон,Статус,Ответственный", {"ФИО": "name", "Эл. почта": "email",
                "Телефон": "phone", "Статус": "status", "Ответственный": "owner"}, None),
    "Japanese": ("氏名,メールアドレス,電話番号,担当者,会社名", {"氏名": "name", "メールアドレス": "email",
                 "電話番号": "phone", "担当者": "owner"}, None),
    "Chinese": ("姓名,电子邮箱,手机号码,状态,公司", {"姓名": "name", "电子邮箱": "email", "手机号码": "phone",
                "状态": "status"}, None),
}  # fmt: skip


@pytest.mark.parametrize("program", EXPORTS)
def test_files_of_other_programs_are_understood(program: str) -> None:
    headers, fields, halves = EXPORTS[program]
    names = headers.split(",")
    proposal = propose(raw(names, ["x"] * len(names)), LEAD)
    assert {c.header: c.field for c in proposal.columns if c.field} == fields
    assert all(c.code in ("name", "alias") for c in proposal.columns if c.field)
    assert proposal.halves == halves
    assert proposal.fits() is (halves is None)
    assert proposal.fields_from_columns == len(fields)
    assert set(proposal.uncovered) == set(LEAD.names) - set(fields.values())


def test_halves_of_a_name_are_not_joined_and_not_one_of_them_taken() -> None:
    proposal = propose(raw(["Vorname", "Nachname", "Mail"], ["Anna", "Keller", "a@b.de"]), LEAD)
    first, last, _mail = proposal.columns
    assert (first.field, first.why, first.attention) == (None, "half of a name, with “Nachname”", True)
    assert (last.field, last.why) == (None, "half of a name, with “Vorname”")
    assert not proposal.fits()
    chosen = propose(
        raw(["Vorname", "Nachname", "Mail"], ["A", "B", "c"]),
        LEAD,
        ImportMapping(columns={"Nachname": "name"}),
    )
    assert chosen.fits()
    assert chosen.mapping == {"Vorname": None, "Nachname": "name", "Mail": "email"}


def test_the_likelier_name_gets_the_field_and_an_empty_column_takes_it_from_none() -> None:
    file = raw(["Mobile", "Work phone", "Home e-mail", "Work email"], ["1", "2", "3", "4"])
    assert propose(file, LEAD).mapping == {
        "Mobile": None,
        "Work phone": "phone",
        "Home e-mail": None,
        "Work email": "email",
    }
    proposal = propose(raw(["Mobile", "Work phone"], ["1", ""]), LEAD)
    assert proposal.mapping == {"Mobile": "phone", "Work phone": None}
    assert proposal.columns[1].why == "left out; phone is “Mobile”"


@pytest.mark.parametrize(
    ("header", "field", "code"),
    [
        ("Full Nmae", "name", "similar"),
        ("Telephon number", "phone", "similar"),
        ("Emai Address", "email", "similar"),
        ("E-Mail-Adresse 2", "email", "similar"),
        ("Owners name", "owner", "similar"),
        ("Company name", None, "left_out"),
        ("Fax number", None, "left_out"),
        ("Username", None, "left_out"),
        ("Fnam", None, "left_out"),
        ("Lead source", None, "left_out"),
        ("Email opt out", None, "left_out"),
        ("Street", None, "left_out"),
    ],
)
def test_what_is_nearly_a_name_is_suggested(header: str, field: str | None, code: str) -> None:
    (proposed,) = propose(column(header, ["x1", "x2"]), LEAD).columns
    assert (proposed.field, proposed.code) == (field, code)
    if field:
        assert proposed.attention
        assert proposed.why.startswith("similar to “")
        assert proposed.is_sure


@pytest.mark.parametrize(
    ("texts", "field"),
    [
        (["anna@kellerbau.de", "bo@phohanoi.vn", "x"] * 4 + ["a@b.de"] * 9, "email"),
        (["0171 2345678", "+34 915 550 101", "(030) 901820"], "phone"),
        (["new", "Working", "something"], "status"),
        (["03/04/2026", "17/04/2026"], None),
        (["2026-04-03", "2026-04-17 10:00"], None),
        (["4711", "4712"], None),
        (["1200345", "1200346", "1200347"], None),
        (["1.234,50", "99.00"], None),
        (["192.168.10.20"], None),
        (["called twice", "ask for Inès"], None),
        ([""], None),
    ],
)
def test_values_say_what_a_column_could_be_and_nothing_is_done_without_asking(
    texts: list[str], field: str | None
) -> None:
    proposal = propose(raw(["Name", "Zq"], *(["A", text] for text in texts)), LEAD)
    proposed = proposal.columns[1]
    assert proposed.field == field
    assert proposed.code == ("values" if field else "left_out")
    assert proposal.fits() is (field is None)


def test_the_look_of_values_names_no_field_that_another_column_has() -> None:
    proposal = propose(raw(["E-mail", "Other"], ["a@b.de", "c@d.de"]), LEAD)
    assert proposal.mapping == {"E-mail": "email", "Other": None}


def test_phones_without_a_country_and_values_that_are_not_known_ask_for_attention() -> None:
    rows = [["0171 1", "MQL"], ["+34 915", "new"], ["", "SQL"], ["030 9", "new"], ["22", "qualified"]]
    file = raw(["Tel.", "Stage"], *rows)
    phone, status = propose(file, LEAD).columns
    assert (phone.field, phone.why, phone.attention) == (
        "phone",
        "looks like phones; 3 have no country",
        True,
    )
    assert (status.field, status.why, status.attention) == (
        "status",
        "2 of 4 values known: V matches them",
        True,
    )
    matched = ImportMapping(default_country="DE", values={"status": {"MQL": "working", "SQL": "qualified"}})
    assert not any(c.attention for c in propose(file, LEAD, matched).columns)
    assert [(u.value, u.count, u.known, u.suggestion) for u in value_uses(file, 1, LEAD["status"])] == [
        ("new", 2, True, None),
        ("MQL", 1, False, None),
        ("SQL", 1, False, "qualified"),
        ("qualified", 1, True, None),
    ]


def test_the_order_of_precedence_is_said_remembered_name_alias_likeness() -> None:
    file = raw(["Mail", "Email", "Nots", "Tel"], ["a", "b", "c", "d"])
    earlier = ImportMapping(columns={"mail": "email", "Email": "external_id", "Tel": "phone"})
    proposal = propose(file, LEAD, ImportMapping(columns={"Nots": "phone"}), earlier)
    assert [(c.field, c.code) for c in proposal.columns] == [
        ("email", "remembered"),
        ("external_id", "remembered"),
        ("phone", "said"),
        (None, "remembered"),
    ]


def test_remembered_constants_give_way_to_columns_that_are_said() -> None:
    file = raw(["Name", "Stage"], ["a", "b"])
    earlier = ImportMapping(
        columns={"Name": "name", "Stage": None}, constants={"status": "new", "owner": "o"}
    )
    assert propose(file, LEAD, remembered=earlier).constants == {"status": "new", "owner": "o"}
    said = ImportMapping(columns={"Stage": "status"})
    assert propose(file, LEAD, said, earlier).constants == {"owner": "o"}


def test_a_constant_for_what_is_no_field_names_the_nearest() -> None:
    with pytest.raises(UnreadableFile, match=r"“statuz”, which is not a field of Lead\. Closest: status\.$"):
        propose(raw(["Name"], ["a"]), LEAD, ImportMapping(constants={"statuz": "new"}))


def test_a_field_gets_a_column_or_a_constant() -> None:
    said = ImportMapping(columns={"Name": "status"}, constants={"status": "new"})
    with pytest.raises(UnreadableFile, match=r"“Name” of in\.csv is mapped to status, which gets a constant"):
        propose(raw(["Name"], ["a"]), LEAD, said)


def test_where_nothing_matches_lines_are_named_that_could_be_the_header() -> None:
    file = raw(
        ["Report", "of May"], ["by", "Anna"], ["Name", "E-mail"], ["Anna", "a@b.de"],
        detected=(Detected("header", "in line 1", "", (1, 5, 0)),),
    )  # fmt: skip
    proposal = propose(file, LEAD)
    assert proposal.nothing_matches
    assert proposal.header_candidates == (3, 5)
    assert not proposal.fits()


def test_keys_of_objects_are_fields_as_they_stand() -> None:
    file = raw(["email", "Size", ""], ["a@b.de", "1", ""], keyed=True)
    assert [(c.field, c.code) for c in propose(file, LEAD).columns] == [
        ("email", "key"),
        ("Size", "key"),
        (None, "left_out"),
    ]


def test_samples_are_different_texts_of_the_first_rows() -> None:
    (proposed,) = propose(column("Name", ["", "B", "B", "A", "", "C", "D", "E"]), LEAD).columns
    assert proposed.samples == ("B", "A", "C", "D")


def test_another_programs_id_could_be_the_external_one() -> None:
    proposal = propose(raw(["Record ID", "Name"], ["17", "A"]), LEAD)
    assert proposal.columns[0].why == "left out; could be external_id"
    assert proposal.fits()


def test_what_stands_in_the_file_is_safe_to_print() -> None:
    evil = "mail\x1b]52;c;A\x07\u202e"
    proposal = propose(raw(["E-mail", evil, "Email"], ["a", "b", "c"]), LEAD)
    assert all("\x1b" not in c.why and "\u202e" not in c.why for c in proposal.columns)


def test_columns_of_polars_are_looked_at_like_lists() -> None:
    import polars as pl

    rows = [
        ["0171 1", "MQL", "a@b.de"],
        ["+34 915", "new", "c@d.de"],
        ["", "", ""],
        ["030 9", "new", "x@y.es"],
    ]
    lists = raw(["Tel", "Stage", "Zq"], *rows)
    frame = lists.frame
    series = Frame(
        frame.headers, tuple(pl.Series(list(c), dtype=pl.String) for c in frame.columns), frame.lines
    )
    packed = RawFile(series, "csv", "in.csv", "in.csv", 10, lists.options)
    assert propose(packed, LEAD) == propose(lists, LEAD)
    assert value_uses(packed, 1, LEAD["status"]) == value_uses(lists, 1, LEAD["status"])

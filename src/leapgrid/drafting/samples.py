"""Leads to try LeapGrid with: people in several scripts, and the mistakes that lists of leads have.

All persons are made up. The first address is fine for every local check, and the sandbox refuses it by a rule
of its organisation; the eighth is the one that the documentation of the API shows being refused.
"""

from __future__ import annotations

from collections.abc import Mapping

SAMPLE_NAME = "sample leads"
"""The name of the draft that they open in."""

SAMPLE_LEADS: tuple[Mapping[str, str], ...] = (
    {
        "name": "Anna Keller",
        "email": "anna.keller@mailinator.com",
        "phone": "+49 30 901820",
        "status": "qualified",
        "external_id": "EXT-0001",
    },
    {
        "name": "Bảo Nguyễn",
        "email": "bao@phohanoi.vn",
        "phone": "+84 24 3825 1234",
        "status": "new",
        "external_id": "EXT-0002",
    },
    {
        "name": "Carla Díaz",
        "email": "carla.diaz@",
        "phone": "+34 915 550 101",
        "status": "new",
        "external_id": "EXT-0003",
    },
    {
        "name": "Dev Patel",
        "email": "dev@gmial.com",
        "phone": "+44 20 7946 0000",
        "status": "new",
        "external_id": "EXT-0004",
    },
    {
        "name": "田中 美咲",
        "email": "misaki@sakura-trading.jp",
        "phone": "+81 3 1234 5678",
        "status": "working",
        "external_id": "EXT-0005",
    },
    {
        "name": "Олена Шевченко",
        "email": "olena@shevchenko-studio.ua",
        "phone": "+380 44 123 4567",
        "status": "new",
        "external_id": "EXT-0006",
    },
    {
        "name": "ليلى حداد",
        "email": "layla@haddad-partners.ae",
        "phone": "+971 4 390 1234",
        "status": "working",
        "external_id": "EXT-0007",
    },
    {
        "name": "test-8",
        "email": "test .sok@gmail.com",
        "status": "new",
        "external_id": "EXT-0008",
    },
    {
        "name": "Priya Raghunathan",
        "email": "priya@raghunathan.in",
        "phone": "+91-887788778888",
        "status": "new",
        "external_id": "EXT-0009",
    },
    {
        "name": "Noah Smith",
        "email": "noah@smithandco.com",
        "phone": "+1-555-123-4567",
        "status": "working",
        "external_id": "EXT-0010",
    },
    {
        "name": "김서연",
        "email": "seoyeon.kim@hanbit.kr",
        "phone": "+82 2 312 3456",
        "status": "new",
        "external_id": "EXT-0011",
    },
    {
        "email": "hello@umbrella-studio.io",
        "status": "new",
        "external_id": "EXT-0012",
    },
)

LOCAL_REPAIRS: Mapping[tuple[int, str], str] = {
    (3, "email"): "carla.diaz@diazmuebles.es",
    (9, "phone"): "+91 88778 87788",
}
"""What a person types where no fix is known: (row from 1, field) -> text. All else is repaired by its fix."""

SERVER_REPAIR: tuple[int, str, str] = (1, "email", "anna@kellerbau.de")
"""What a person types after the sandbox refused record 1: row from 1, field, text."""

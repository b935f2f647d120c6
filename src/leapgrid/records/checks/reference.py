"""References to other records, such as a lead's owner: the id of that record."""

from __future__ import annotations

from leapgrid.records.checks.base import Findings, warning


def check_reference(text: str) -> Findings:
    """What is wrong with a reference; ids have no documented form, so only what is surely none is told.

    Args:
        text: the whole cell, not empty.
    """
    if "@" in text:
        message = "This is an e-mail address; the record's id is wanted, like g1koYv_uLg11RFM."
        return (warning("reference_form", message, None, ((0, len(text)),)),)
    if any(c.isspace() for c in text.strip()):
        message = "This is a name; the record's id is wanted, like g1koYv_uLg11RFM."
        return (warning("reference_form", message, None, ((0, len(text)),)),)
    return ()

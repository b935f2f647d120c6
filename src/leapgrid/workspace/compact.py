"""JSON without spaces and in ASCII, as fast as Python can: every row that is sent needs some."""

from __future__ import annotations

import json
import json.encoder
from collections.abc import Callable
from typing import Any

text_of: Callable[[str], str] = json.encoder.encode_basestring_ascii
"""A text as JSON."""


def encoder(*, sort_keys: bool = False) -> Callable[[Any], str]:
    """What writes values as ``json.dumps`` would with these separators, but is made only once.

    Args:
        sort_keys: whether objects are written in the order of their keys.
    """
    general = json.JSONEncoder(separators=(",", ":"), sort_keys=sort_keys)
    make = getattr(json.encoder, "c_make_encoder", None)
    if make is None:
        return general.encode
    # As the standard library makes it anew for each value; without the search for circles, which a record
    # that was just read or made has none of.
    pieces = make(None, general.default, text_of, None, ":", ",", sort_keys, False, True)

    def encode(value: Any) -> str:
        return text_of(value) if type(value) is str else "".join(pieces(value, 0))

    return encode


compact = encoder()
"""A value as JSON."""

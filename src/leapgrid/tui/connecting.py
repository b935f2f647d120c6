"""Another key, or another host, while the app runs: made of what a person typed, and tried before."""

from __future__ import annotations

from dataclasses import replace

from leapgrid.config import load_settings, resolve_connection
from leapgrid.superleap import SecretToken, check_base_url
from leapgrid.tui.desk import Link


def link_to(address: str, token: SecretToken, current: Link | None) -> Link:
    """Where records would go with this address and key.

    The address decides what it is called and whether it is production, as at the start of the program.

    Args:
        address: as it was typed.
        token: the key.
        current: where records go now; with the same address only the key changes.

    Raises:
        BadInput: the address cannot be used, with what to do.
        ConfigError: the settings cannot be read, so nobody knows what is production.
    """
    base_url = check_base_url(address)
    if current is not None and current.base_url.rstrip("/") == base_url:
        return replace(current, token=token)
    settings = load_settings()
    connection = resolve_connection(settings, base_url=base_url, environ={})
    named = settings.profiles.get(connection.profile_name or "")
    rate = named.rate if named is not None else None
    return Link(
        base_url,
        token,
        profile=connection.profile_name or "",
        production=connection.production,
        rate=5.0 if rate is None else (rate or None),
        chunk_size=named.chunk_size if named is not None else Link.chunk_size,
    )


async def ask(link: Link) -> None:
    """Ask the server whether it takes the key, with the cheapest call there is.

    Raises:
        SuperleapError: no answer, or the key was refused, or it is not the API; with what to do.
    """
    from leapgrid.superleap import AsyncSuperleap

    async with AsyncSuperleap(link.base_url, link.token) as client:
        await client.verify()

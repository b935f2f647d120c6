from __future__ import annotations

from tests.postgres import postgres_server, postgres_url, prepared_database, team_url

__all__ = ["postgres_server", "postgres_url", "prepared_database", "team_url"]

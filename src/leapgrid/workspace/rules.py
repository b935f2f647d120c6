"""What is known of hosts: whether an answer that refuses a chunk leaves the chunk's good records there."""

from __future__ import annotations

from sqlalchemy import insert, select, update

from leapgrid.workspace import tables as t
from leapgrid.workspace.evidence import RefusalRule, Rule
from leapgrid.workspace.store import Store


class Rules(Store):
    """The part of the workspace that learns how servers behave."""

    def refusal_rule(self, origin: str, object_slug: str) -> RefusalRule | None:
        """What is known of refusals at a host, for an object; None: nothing yet.

        Raises:
            Damaged: if what is kept is not what was written.
            WorkspaceError: if it cannot be read.
        """
        c = t.refusal_rule.c
        with self._database.read() as connection:
            row = connection.execute(
                select(c.rule, c.at, c.evidence).where(c.origin == origin, c.object == object_slug)
            ).first()
        if row is None:
            return None
        with t.understood():
            return RefusalRule(Rule(row.rule), float(row.at), str(row.evidence))

    def learn_refusals(
        self,
        origin: str,
        object_slug: str,
        rule: Rule,
        evidence: str,
        submission: str = "",
        chunk: int = 0,
    ) -> None:
        """Keep what was learnt. What was once refuted is never proven again: one exception is enough.

        Args:
            origin: the base URL.
            object_slug: the object.
            rule: proven or refuted.
            evidence: one sentence: how that is known.
            submission: ULID of the submission that showed it.
            chunk: the number of its chunk.

        Raises:
            WorkspaceError: if it cannot be written.
        """
        c = t.refusal_rule.c
        here = (c.origin == origin, c.object == object_slug)
        values = {
            "rule": rule.value,
            "at": self.now(),
            "evidence": evidence,
            "submission_id": submission,
            "chunk": chunk,
        }
        with self._database.write() as connection:
            known = connection.execute(select(c.rule).where(*here)).scalar()
            if known is None:
                connection.execute(insert(t.refusal_rule).values(origin=origin, object=object_slug, **values))
            elif rule is Rule.REFUTED and known != Rule.REFUTED:
                connection.execute(update(t.refusal_rule).where(*here).values(**values))

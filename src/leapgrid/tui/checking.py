"""Checks every record of a draft in a thread, while the grid is in use already."""

from __future__ import annotations

from textual.app import App
from textual.worker import get_current_worker

from leapgrid.tui.session import Changed, Session


def check_in_background(app: App[None], session: Session) -> None:
    """Begin; what is typed meanwhile is checked by itself, and again when the result is put in."""
    run = session.draft.begin_check()

    def check() -> None:
        worker = get_current_worker()
        told = 0.0

        def progress(done: int, total: int) -> None:
            # Saying it more than a hundred times would cost more than the checks.
            nonlocal told
            if not worker.is_cancelled and done < total and done / total - told >= 0.01:
                told = done / total
                app.call_from_thread(session.tell, Changed(checked=(done, total)))

        if run.run(progress, lambda: worker.is_cancelled, gently=True) and not worker.is_cancelled:
            app.call_from_thread(put_in)

    def put_in() -> None:
        session.draft.install(run)
        session.tell(Changed(rows=None, checked=(1, 1)))

    app.run_worker(check, group="check", thread=True, exit_on_error=False, exclusive=True)

"""Bringing data in from files, seeing how far an import is, and undoing one."""

import secrets
from functools import partial

import pandas as pd
import streamlit as st

from db.models import ImportRun, ImportState, Role
from pages._ui.feedback import reported
from pages._ui.guard import require
from pages._ui.show import empty, when
from services import sessions
from services.errors import NotSignedIn
from services.exchange import imports, runs, uploads
from services.text import _, number
from services.work import reading, work

actor = require(Role.ADMIN)
STATES = {
    ImportState.QUEUED: _("waiting to start"),
    ImportState.RUNNING: _("running"),
    ImportState.DONE: _("done"),
    ImportState.FAILED: _("failed"),
    ImportState.UNDONE: _("undone"),
}

st.title(_("Imports"))


@st.fragment
def upload() -> None:
    """Choose files and start."""
    who = require(Role.ADMIN)
    with st.form("import_files"):
        files = st.file_uploader(
            _("Files in the import schema, named like their table: customers.csv, orders.csv.gz, products.parquet …"),
            accept_multiple_files=True,
            type=["csv", "gz", "parquet"],
            key="import_upload",
        )
        source = st.text_input(
            _("Name of the source"),
            value="import",
            max_chars=40,
            help=_("Rows are recognised by this name and their id, so the same file twice adds nothing."),
            key="import_source",
        )
        sent = st.form_submit_button(_("Import"), type="primary", icon=":material/upload:")
    if sent:
        with reported(_("The import starts in a moment.")) as outcome, work(who) as w:
            folder = uploads.store(w, [(f.name, f.getvalue()) for f in files or []])
            imports.queue(w, folder, source)
        if outcome.ok:
            st.rerun()
    st.markdown(_("Larger sets: `python cli.py import FOLDER` on the server does the same."))


def counts(run: ImportRun) -> pd.DataFrame:
    """What each table gave."""
    return pd.DataFrame(
        [
            {
                _("Table"): table,
                _("Read"): c.get("read", 0),
                _("Added"): c.get("added", 0),
                _("Already here"): c.get("known", 0),
                _("Left out"): c.get("rejected", 0),
            }
            for table, c in run.counts.items()
        ]
    )


def rejects_of(run_id: int, sid: str) -> bytes:
    """Asked for when the button is pressed, outside of any page: who is asking is looked up anew."""
    asking = sessions.actor_of(sid)
    if asking is None:
        raise NotSignedIn
    with reading(asking) as w:
        return runs.rejects(w, run_id)


@st.fragment(run_every="3s")
def listing() -> None:
    """The newest imports with their progress."""
    who = require(Role.ADMIN, touch=False)
    with reading(who) as w:
        newest = runs.newest(w)
    if not newest:
        empty(_("No import yet"), _("Choose files above, or load the demonstration company."))
    for run in newest:
        with st.container(border=True):
            st.text(f"{run.source} · {when(run.created_at, who)} · {STATES[run.state]}")
            if run.state in (ImportState.RUNNING, ImportState.QUEUED):
                st.progress(min(max(run.progress, 0.0), 1.0))
            if run.error:
                st.text(run.error)
            if run.counts:
                st.dataframe(counts(run), hide_index=True, alt=_("Rows per table"), key=f"counts_{run.id}")
            st.text("\n".join(run.notes))
            left_out = sum(c.get("rejected", 0) for c in run.counts.values())
            with st.container(horizontal=True):
                if left_out and run.rejects_file:
                    name = f"left-out-{run.id}-{st.session_state.setdefault('random_part', secrets.token_hex(8))}.csv"
                    label = _("Download the {n} rows left out").format(n=number(left_out))
                    st.download_button(label, partial(rejects_of, run.id, who.session_id), name, "text/csv")
                if run.state in (ImportState.DONE, ImportState.FAILED):
                    with st.popover(_("Undo"), icon=":material/undo:", key=f"undo_{run.id}"):
                        st.text(_("Everything this import brought is removed again."))
                        if st.button(_("Undo this import"), type="primary", key=f"undo_sure_{run.id}"):
                            with reported(_("Undone.")):
                                imports.undo(who, run.id)


upload()
listing()

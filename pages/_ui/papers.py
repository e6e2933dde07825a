"""The documents of an order, each with a button that takes it along as PDF. It is made when it is asked for."""

from functools import partial

import streamlit as st

from pages._ui.show import amount, day, md
from services import documents, sessions
from services.documents import Listed
from services.errors import NotSignedIn
from services.text import _
from services.work import Actor, reading


def papers(found: list[Listed], actor: Actor) -> None:
    """One line for each."""
    for one in found:
        told = [f"{documents.title(one.kind)} {one.number}", day(one.issued_at, actor)]
        if one.total_cents:
            told.append(amount(one.total_cents))
        st.download_button(
            md(" · ".join(told)),
            partial(_file, actor.session_id, one.id),
            one.file_name,
            "application/pdf",
            icon=":material/picture_as_pdf:",
            on_click="ignore",
            key=f"paper_{one.id}",
            type="tertiary",
            help=_("Download as PDF"),
        )


def _file(sid: str, document_id: int) -> bytes:
    """Asked for when the button is pressed, outside of any page: who is asking is looked up anew."""
    asking = sessions.actor_of(sid)
    if asking is None:
        raise NotSignedIn
    with reading(asking) as w:
        return documents.file(w, document_id)

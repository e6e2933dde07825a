"""What the company calls its areas, and who sees what goods cost."""

from typing import Any

import pandas as pd
import streamlit as st

from db.models import Role
from pages._ui.feedback import reported
from pages._ui.guard import require
from pages._ui.show import home
from services import company_settings
from services.areas import MOST_AREAS, spans
from services.text import _
from services.work import work

COLUMNS = ("name", "country", "postal", "regions")


@st.fragment
def areas() -> None:
    """A table of areas, and the switch about costs."""
    actor, now = require(Role.ADMIN), home()
    st.caption(
        _(
            "The live board and the analytics can be looked at for one area. An address without a line here belongs to "
            "the region it names. Several lines may give the same name; the one that says most of a place counts."
        )
    )
    rows = [(a.name, a.country, spans(a.postal), ", ".join(a.regions)) for a in now.areas]
    labels = {
        "name": st.column_config.TextColumn(_("Area"), max_chars=60, help=_("For example: North")),
        "country": st.column_config.TextColumn(_("Country"), max_chars=80, help=_("As addresses name it")),
        "postal": st.column_config.TextColumn(
            _("Postal codes"), max_chars=2000, help=_("Beginnings and spans: 17, 20-29. Empty: all.")
        ),
        "regions": st.column_config.TextColumn(
            _("Regions"), max_chars=2000, help=_("As addresses name them, with commas between")
        ),
    }
    given = pd.DataFrame(rows, columns=list(COLUMNS), dtype=object)
    table: Any = st.data_editor(
        given, hide_index=True, num_rows="dynamic", column_config=labels, key="company_areas", width="stretch",
        height=38 * min(max(len(rows) + 2, 4), MOST_AREAS),
    )  # fmt: skip
    hidden = st.checkbox(
        _("Show costs and profit to administrators only"), now.costs_for_admins, key="company_costs",
        help=_("Managers then see neither in the analytics, in shared views, reports and files."),
    )  # fmt: skip
    if not st.button(_("Save the areas"), type="primary", key="save_areas"):
        return
    with reported(_("Saved.")) as outcome, work(actor) as w:
        typed = [{str(k): v for k, v in row.items() if pd.notna(v)} for row in table.to_dict("records")]
        company_settings.change(w, areas=typed, costs_for_admins=hidden is True)
    if outcome.ok:
        st.rerun()

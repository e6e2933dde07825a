"""The parcels of an order: when they left, who carries them, under which number."""

import streamlit as st

from pages._ui.show import day
from services.orders.tracking import Parcel
from services.text import _
from services.work import Actor


def parcels(found: list[Parcel], actor: Actor) -> None:
    """One line per parcel; nothing where there is none."""
    for parcel in found:
        told = [_("Sent on {day}").format(day=day(parcel.shipped_at, actor)), parcel.carrier, parcel.tracking_code]
        st.text(" · ".join(t for t in told if t))

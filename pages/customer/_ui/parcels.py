"""The parcels of an order: when they left, who carries them, under which number."""

import streamlit as st

from pages._ui.show import day
from services.orders.tracking import Parcel
from services.text import _
from services.work import Actor


def parcels(found: list[Parcel], actor: Actor, *, whole: bool) -> None:
    """One line per parcel and what is in it, where that differs from the order; nothing where there is none."""
    for parcel in found:
        told = [_("Sent on {day}").format(day=day(parcel.shipped_at, actor)), parcel.carrier, parcel.tracking_code]
        inside = [f"{quantity} × {name}" for name, quantity in parcel.contents] if len(found) > 1 or not whole else []
        st.text("\n".join([" · ".join(t for t in told if t), *inside]))

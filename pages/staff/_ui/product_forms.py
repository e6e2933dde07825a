"""Forms around one product: new, its words, its facts."""

from typing import Any

import pandas as pd
import streamlit as st

from db.models import Role
from pages._ui.feedback import reported
from pages._ui.guard import require
from pages._ui.show import home
from services import money, products, taxes
from services.products import Fields
from services.text import _
from services.work import Actor, reading, work

SHEET = "staff/product.py"


@st.fragment
def new_product() -> None:
    """What a product needs at least; the rest is said on its own page."""
    actor = require(Role.MANAGER)
    made: int | None = None
    with (
        st.popover(_("New product"), icon=":material/add:", type="primary"),
        st.form("new_product", border=False),
    ):
        name = st.text_input(_("Name"), max_chars=300, key="new_name")
        sku = st.text_input(_("Article number"), max_chars=120, key="new_sku")
        category = st.text_input(_("Category"), max_chars=120, key="new_category")
        price = st.text_input(
            _("Price in {currency}").format(currency=home().currency),
            max_chars=20,
            key="new_price",
            placeholder="12.50",
        )
        counted = st.number_input(
            _("In stock (leave empty: not counted)"), min_value=0, step=1, value=None, key="new_stock"
        )
        active = st.checkbox(_("On the shelf at once"), value=False, key="new_active")
        sent = st.form_submit_button(_("Add the product"), type="primary", width="stretch")
    if sent:
        with reported(_("The product was added.")) as outcome, work(actor) as w:
            fields = Fields(name=name or "", sku=sku or "", category=category or "", active=bool(active))
            cents = money.parse(price or "", home().currency, _("Price"))
            made = products.add(w, fields, cents=cents, in_stock=None if counted is None else int(counted)).id
        if outcome.ok and made is not None:
            st.switch_page(SHEET, query_params={"product": str(made)})


def words_form(product_id: int, now: Fields, version: int, actor: Actor) -> None:
    """What is said of a product. Filled with what is there; what was typed stays until it was taken."""
    pricing = actor.role in (Role.MANAGER, Role.ADMIN)
    form = f"p{product_id}"
    # Another form after each that was taken, and the same one after a refusal: nothing that was typed is lost then.
    key = f"{form}_{st.session_state.setdefault(form, 0)}"
    with st.form(f"words_{key}"):
        typed = _named(now, key)
        days, months = st.columns(2)
        typed["delivery_days"] = int(
            days.number_input(_("Days to the door"), min_value=0, step=1, value=now.delivery_days, key=f"{key}_days")
            or 0
        )
        warranty = months.number_input(
            _("Warranty in months (empty: none)"), min_value=1, step=1, value=now.warranty_months, key=f"{key}_warranty"
        )
        typed["warranty_months"] = None if warranty is None else int(warranty)
        given = _facts(now, f"{key}_facts")
        typed["tax_class"] = _tax_class(now, f"{key}_tax", actor)
        typed["is_service"] = st.checkbox(_("A service: nothing is sent"), now.is_service, key=f"{key}_service")
        typed["is_fee"] = _fee(now, f"{key}_fee", pricing=pricing)
        typed["active"] = st.checkbox(_("On the shelf"), now.active, key=f"{key}_active", disabled=not pricing)
        sent = st.form_submit_button(_("Save"), type="primary")
    if sent:
        with reported(_("Saved.")) as outcome, work(actor) as w:
            fields = Fields.model_validate({**typed, "facts": given})
            products.change(w, product_id, fields, version)
        if outcome.ok:
            st.session_state[form] += 1
            st.rerun()


def _fee(now: Fields, key: str, *, pricing: bool) -> bool | None:
    """Whether it is a fee. What nobody has said stays so, unless it looked like one to whoever saves this."""
    suggested = now.is_fee is None and products.looks_like_one(now.name)
    ticked = st.checkbox(
        _("A fee (postage, bank charges): not something one buys again"), bool(now.is_fee), key=key,
        disabled=not pricing, help=_("It counts in all sales, and in no purchase pattern or suggestion to buy again."),
    )  # fmt: skip
    if suggested and pricing:
        st.caption(
            _("By its name this looks like a fee. Tick the box if it is one; saving without says that it is none.")
        )
    decided = ticked or now.is_fee is not None or (suggested and pricing)
    return ticked if decided else None


def _named(now: Fields, key: str) -> dict[str, Any]:
    """The fields with words."""
    left, right = st.columns(2)
    typed: dict[str, Any] = {
        "name": left.text_input(_("Name"), now.name, max_chars=300, key=f"{key}_name"),
        "sku": right.text_input(_("Article number"), now.sku, max_chars=120, key=f"{key}_sku"),
        "category": left.text_input(_("Category"), now.category, max_chars=120, key=f"{key}_category"),
        "subcategory": right.text_input(_("Group"), now.subcategory, max_chars=120, key=f"{key}_subcategory"),
        "brand": left.text_input(_("Brand"), now.brand, max_chars=120, key=f"{key}_brand"),
        "unit": right.text_input(_("Unit"), now.unit, max_chars=60, key=f"{key}_unit"),
    }
    typed["description"] = st.text_area(
        _("Description"), now.description, max_chars=4000, height=160, key=f"{key}_description"
    )
    return typed


def _tax_class(now: Fields, key: str, actor: Actor) -> str:
    """How it is taxed; nothing is asked where the company has set no classes."""
    with reading(actor) as w:
        names = {c.code: c.name for c in taxes.classes(w)}
    if not names:
        return now.tax_class
    known = ["", *names] if now.tax_class in ("", *names) else ["", *names, now.tax_class]
    chosen: str = st.selectbox(
        _("Taxed as"),
        known,
        known.index(now.tax_class),
        format_func=lambda code: names.get(code, code) or _("the default class"),
        key=key,
        disabled=actor.role not in (Role.MANAGER, Role.ADMIN),
    )
    return chosen


def _facts(now: Fields, key: str) -> dict[str, str]:
    """The facts, row by row."""
    st.markdown(_("Facts, as customers see them"))
    given = st.data_editor(
        pd.DataFrame({"fact": list(now.facts), "value": list(now.facts.values())}, dtype="str"),
        column_config={
            "fact": st.column_config.TextColumn(_("Fact"), max_chars=60, required=True),
            "value": st.column_config.TextColumn(_("Value"), max_chars=300, required=True, width="large"),
        },
        num_rows="dynamic",
        hide_index=True,
        key=key,
        alt=_("Facts"),
    )
    pairs = zip(given["fact"], given["value"], strict=True)
    return {f: v for f, v in pairs if isinstance(f, str) and isinstance(v, str)}

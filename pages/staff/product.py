"""One product as the team keeps it: words, prices, stock, pictures and documents, what goes with it."""

import streamlit as st

from db.models import Role
from pages._ui.feedback import reported
from pages._ui.guard import require
from pages._ui.show import md
from pages.staff._ui import product_forms, product_sheet
from services import access, products
from services.catalogue.offer import shown_name
from services.text import _
from services.work import reading

actor = require(Role.STAFF)
PARTS = {
    "words": _("Words"),
    "price": _("Price"),
    "stock": _("Stock"),
    "files": _("Pictures and documents"),
    "with": _("What goes with it"),
}

st.page_link("staff/products.py", label=_("To the products"), icon=":material/arrow_back:")
text = str(st.query_params.get("product", ""))
product_id = int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else 0
with reported() as found, reading(actor) as w:
    product = access.product(w, product_id)
if found.ok:
    st.title(md(shown_name(product.name, product.sku, product.id)), anchor=False)
    if not product.active:
        st.badge(_("Not on the shelf"), icon=":material/block:", color="gray")
    part = st.segmented_control(
        _("Part"), list(PARTS), format_func=PARTS.__getitem__, default="words", required=True, key="part",
        bind="query-params", label_visibility="collapsed",
    )  # fmt: skip
    if part == "price":
        product_sheet.price_part(product_id)
    elif part == "stock":
        product_sheet.stock_part(product_id)
    elif part == "files":
        product_sheet.files_part(product_id)
    elif part == "with":
        product_sheet.companions_part(product)
    else:
        product_forms.words_form(product_id, products.fields_of(product), product.version, actor)

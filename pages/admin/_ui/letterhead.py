"""What stands on invoices, and how they may be paid."""

import streamlit as st

from db.models import Role
from pages._ui.feedback import reported
from pages._ui.guard import require
from pages._ui.marks import bold
from pages._ui.show import home
from services import company_settings, payments
from services.documents import fonts
from services.letterhead import LONGEST_DAYS, METHODS
from services.text import _
from services.work import work


def letters() -> None:
    """Which scripts can be printed, and what to do for others."""
    st.markdown(bold(_("Letters of other scripts")))
    st.caption(
        _(
            "Papers are printed with Latin, Greek, Cyrillic, Arabic and Hebrew letters. For names in other scripts put "
            "a font (.ttf) into this folder of the server and start Rapport again. Letters that no font has are "
            "printed as “?”."
        )
    )
    there = ", ".join(fonts.added()) or _("no font yet")
    st.text(_("{folder}: {fonts}").format(folder=fonts.folder(), fonts=there))


@st.fragment
def letterhead() -> None:
    """The form."""
    actor, now = require(Role.ADMIN), home()
    with st.form("letterhead"):
        st.caption(_("What stands on invoices, credit notes and delivery notes, and how they may be paid."))
        street = st.text_input(_("Street and number"), now.street, key="letter_street", max_chars=120)
        left, right = st.columns([1, 2])
        postal_code = left.text_input(_("Postal code"), now.postal_code, key="letter_code", max_chars=120)
        city = right.text_input(_("Town"), now.city, key="letter_city", max_chars=120)
        contact = st.text_input(_("Telephone or e-mail"), now.contact, key="letter_contact", max_chars=120)
        tax_number = st.text_input(_("Tax number"), now.tax_number, key="letter_tax", max_chars=120)
        bank = st.text_input(_("Bank"), now.bank, key="letter_bank", max_chars=120)
        left, right = st.columns([2, 1])
        iban = left.text_input(_("IBAN"), now.iban, key="letter_iban", max_chars=60)
        bic = right.text_input(_("BIC"), now.bic, key="letter_bic", max_chars=60)
        days = st.number_input(
            _("Days to pay an invoice"), 0, LONGEST_DAYS, now.payment_days, step=1, key="letter_days"
        )
        ways = st.multiselect(
            _("Ways to pay"), METHODS, now.pay_by, format_func=payments.method_in_words, key="letter_ways"
        )
        sent = st.form_submit_button(_("Save"), type="primary")
    letters()
    if sent:
        with reported(_("Saved.")) as outcome, work(actor) as w:
            company_settings.change(
                w,
                street=street,
                postal_code=postal_code,
                city=city,
                contact=contact,
                tax_number=tax_number,
                bank=bank,
                iban=iban,
                bic=bic,
                payment_days=int(days),
                pay_by=ways,
            )
        if outcome.ok:
            st.rerun()

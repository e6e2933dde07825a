"""The company's own answers: name, currency, time zone, language, and when it works."""

import streamlit as st

from db.models import Role
from pages._ui.feedback import reported
from pages._ui.guard import require
from pages._ui.narrow import narrow
from pages._ui.places import CURRENCIES, countries, currency_in_words
from pages._ui.show import home
from pages.admin._ui.areas import areas
from pages.admin._ui.hours import hours
from pages.admin._ui.letterhead import letterhead
from services import accounts, clock, company_settings
from services.company import APPROVABLE, MOST_RETURN_DAYS, MOST_YEARS
from services.text import LANGUAGES, _
from services.work import work

actor = require(Role.ADMIN)
ZONES = sorted(clock.zone_names())

with narrow():
    st.title(_("Company"), anchor=False)
    now = home()
    # Tabs and not pages: what is typed in one of them stays while another one is looked at.
    names = [_("Company"), _("Working time"), _("Letterhead and payment"), _("Areas and costs")]
    first, working, paying, parts = st.tabs(names)
    with first:
        with st.form("company"):
            name = st.text_input(_("Company name"), value=now.name, key="company_name", max_chars=120)
            zone = st.selectbox(_("Time zone"), ZONES, index=ZONES.index(now.time_zone), key="company_zone")
            language = st.selectbox(
                _("Language"),
                LANGUAGES,
                index=LANGUAGES.index(now.language),
                format_func=lambda _l: "English",
                key="company_lang",
            )
            nations = countries(actor.language)
            country = st.selectbox(
                _("Country"),
                nations,
                list(nations).index(now.country),
                format_func=nations.__getitem__,
                help=_("Telephone numbers without a country code are read as numbers of this country."),
                key="company_country",
            )
            currency = st.selectbox(
                _("Currency"),
                CURRENCIES,
                CURRENCIES.index(now.currency),
                format_func=currency_in_words,
                help=_("Amounts are kept in it, so it cannot be changed once there are prices or orders."),
                key="company_currency",
            )
            fields = accounts.labels()
            approval = st.multiselect(
                _("Changes by customers that staff approve first"),
                APPROVABLE,
                now.needs_approval,
                format_func=fields.__getitem__,
                key="company_approval",
                placeholder=_("None: every change counts at once"),
            )
            years = st.number_input(
                _("Years the law keeps orders and invoices"), 1, MOST_YEARS, now.retention_years, key="company_years"
            )
            days = st.number_input(
                _("Days after the delivery in which customers may ask for a return (0: no end)"),
                0,
                MOST_RETURN_DAYS,
                now.return_days,
                key="company_return_days",
            )
            sent = st.form_submit_button(_("Save"), type="primary")
        if sent:
            with reported(_("Saved.")) as outcome, work(actor) as w:
                company_settings.change(
                    w,
                    name=name,
                    time_zone=zone,
                    language=language,
                    country=country,
                    currency=currency,
                    needs_approval=approval,
                    retention_years=years,
                    return_days=days,
                )
            if outcome.ok:
                st.rerun()
    with working:
        hours()
    with paying:
        letterhead()
    with parts:
        areas()

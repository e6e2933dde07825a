"""The first page of a new installation: company, first administrator, and what to begin with."""

import streamlit as st

from pages._ui import guard, signing_in
from pages._ui.feedback import reported
from pages._ui.guard import visitor
from pages._ui.marks import bold
from pages._ui.narrow import narrow
from pages._ui.places import CURRENCIES, countries, currency_in_words
from pages._ui.show import home
from services import clock, first_run
from services.text import LANGUAGES, _
from services.work import reading, work

actor = visitor()

ZONES = sorted(z for z in clock.zone_names() if "/" in z and not z.startswith(("Etc/", "SystemV/", "posix/", "right/")))
BEGIN = {
    "demo": _("Load the demonstration company: 500 customers, three years of orders and contacts"),
    "empty": _("Start empty"),
    "import": _("Import my files"),
}

with narrow():
    st.title(_("Welcome to Rapport"))
    with reading(actor) as w:
        needed, anybody = first_run.needed(w), first_run.anybody(w)
    if not needed:
        st.info(_("This installation is set up already."))
        st.page_link("public/sign_in.py", label=_("To the sign-in"), icon=":material/login:")
        st.stop()
    if anybody:
        st.page_link("public/sign_in.py", label=_("I have a sign-in already"), icon=":material/login:")
    st.caption(_("Three minutes, once. All answers but the first administrator can be changed later."))
    with st.form("first_run"):
        code = st.text_input(
            _("Set-up code"),
            key="setup_code",
            help=_("It stands on the console where Rapport was started, so that nobody else can take this step."),
        )
        company_name = st.text_input(_("Company name"), key="setup_company", max_chars=120)
        currency = st.selectbox(
            _("Currency"),
            CURRENCIES,
            format_func=currency_in_words,
            key="setup_currency",
        )
        zone = st.selectbox(
            _("Time zone"),
            ["UTC", *ZONES],
            index=(["UTC", *ZONES].index(str(st.context.timezone)) if str(st.context.timezone) in ZONES else 0),
            help=_("A day of your figures begins at midnight here."),
            key="setup_zone",
        )
        nations = countries(actor.language)
        country = st.selectbox(
            _("Country"),
            nations,
            list(nations).index(home().country),
            format_func=nations.__getitem__,
            help=_("Telephone numbers without a country code are read as numbers of this country."),
            key="setup_country",
        )
        language = st.selectbox(_("Language"), LANGUAGES, format_func=lambda _l: "English", key="setup_language")
        st.markdown(bold(_("First administrator")))
        name = st.text_input(_("Your name"), key="setup_name", autocomplete="name", max_chars=120)
        email = st.text_input(_("Your e-mail"), type="email", key="setup_email", validate="")
        password = st.text_input(
            _("Password"),
            type="password",
            key="setup_password",
            autocomplete="new-password",
            help=_("At least 15 characters. A short sentence is easy to remember and hard to guess."),
        )
        begin = st.radio(_("Begin with"), list(BEGIN), format_func=BEGIN.__getitem__, key="setup_begin")
        sent = st.form_submit_button(_("Set up"), type="primary", width="stretch")
    if sent:
        ticket = ""
        answers = {"currency": currency, "time_zone": zone, "language": language, "country": country}
        page = {"demo": "demonstration", "import": "imports"}.get(begin, "first-steps")
        with reported() as outcome, work(actor) as w:
            ticket = first_run.create(
                w,
                code,
                company_name=company_name,
                answers=answers,
                name=name,
                email=email,
                password=password,
                browser=guard.browser(),
                page=page,
            )
        if outcome.ok:
            signing_in.with_ticket(ticket)

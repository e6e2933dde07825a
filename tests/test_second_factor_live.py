"""The second factor over the wire: the password alone brings no cookie, password and code do."""

import re

import pyotp

from services import people, second_factor
from services.work import SYSTEM, Actor, Work, work
from tests.live_server import PASSWORD, LiveServer, register_customer

EMAIL = "two.factors@rapport.example"


def test_the_form_asks_for_the_code_and_only_then_the_browser_gets_its_cookie(live_server: LiveServer) -> None:
    register_customer("Tess Two", EMAIL)
    with work(SYSTEM) as w:
        who = people.by_email(w, EMAIL)
    tess = Actor(person_id=who.id, role=who.role, email=who.email, customer_id=who.customer_id)
    with work(tess) as w:
        secret = second_factor.begin(w, PASSWORD).secret
    with work(tess) as w:
        # The code of half a minute ago, so that the one of now is still good.
        codes = second_factor.confirm(w, _code(w, secret, -1))
    cookies = live_server.new_browser()
    with live_server.wire(cookies) as tab:
        tab.open("sign-in")
        asked = tab.submit("Sign in", sign_in_email=EMAIL, sign_in_password=PASSWORD)
        assert not asked.redirect
        # The cursor waits where the code is to be typed.
        assert re.search(rb'"target": ?"sign_in_code_typed"', asked.raw)
        refused = tab.submit("Sign in", sign_in_code_typed="000000")
        assert not refused.redirect
        assert b"This code does not fit." in refused.raw
        redirect = tab.submit("Sign in", sign_in_code_typed=codes[0]).redirect
    assert redirect.startswith("/session/ticket?")
    signed_in = cookies | live_server.ask(redirect, cookies=cookies).cookies
    with live_server.wire(signed_in) as tab:
        assert b"9 recovery codes are left." in tab.open("security").raw


def _code(w: Work, secret: str, steps: int) -> str:
    return pyotp.TOTP(secret).generate_otp(int(w.now.timestamp()) // 30 + steps)

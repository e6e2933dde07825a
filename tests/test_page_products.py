"""The pages of products: for those who buy, and for those who keep them."""

from pathlib import Path
from typing import Any

import pytest
from sqlmodel import Session
from streamlit.testing.v1 import AppTest
from streamlit.util import calc_hash

from db.models import Role
from pages._ui import guard
from pages.staff._ui import product_table
from services import baskets, products, sessions, stock
from services.errors import Invalid
from services.products import Wanted
from services.work import VISITOR, Actor, reading, work
from tests import make
from tests.ordering import shopper

pytestmark = pytest.mark.parametrize("engines", ["sqlite"], indirect=True)
NAVIGATION = Path(__file__).parent.parent / "pages" / "navigation.py"


def signed_in(monkeypatch: pytest.MonkeyPatch, actor: Actor) -> None:
    monkeypatch.setattr(guard, "session_id", lambda: "s" * 43)
    monkeypatch.setattr(sessions, "actor_of", lambda _sid, **_more: actor)


def page(path: str, **address: str) -> AppTest:
    at = AppTest.from_file(str(NAVIGATION), default_timeout=30).run()
    for name, value in address.items():
        at.query_params[name] = value
    at.switch_page(path).run()
    assert not at.exception, at.exception
    return at


def test_a_customer_reads_the_page_and_a_double_click_puts_it_in_once(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    kettle, ada = make.product(session, "Kettle **XL**"), shopper(session)
    session.commit()
    signed_in(monkeypatch, ada)
    at = page("customer/product.py", product=str(kettle.id))
    assert at.title[0].value == "Kettle \\*\\*XL\\*\\*"
    at.number_input(key=f"pieces_{kettle.id}").set_value(3).run()
    for _click in range(2):
        at.button(key=f"add_{kettle.id}").click().run()
    with reading(ada) as w:
        assert baskets.count(w) == 3


def test_a_product_that_is_none_is_said_calmly(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    signed_in(monkeypatch, shopper(session))
    for number in ("987654321", "x", "-1"):
        at = page("customer/product.py", product=number)
        assert [e.value for e in at.error] == ["There is no such product\\."]


def test_staff_correct_a_stock_on_the_page(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    kettle, agent = make.product(session, stock=5), make.actor(session)
    session.commit()
    signed_in(monkeypatch, agent)
    at = page("staff/product.py", product=str(kettle.id), part="Stock")
    at.number_input(key="stock_delta").set_value(-2)
    next(b for b in at.button if b.label == "Write down").click().run()
    with reading(agent) as w:
        assert stock.there(w, kettle.id) == 3


@pytest.mark.parametrize("url", ["product", "product-sheet", "products"])
def test_a_stranger_sees_nothing(session: Session, monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    kettle, _somebody = make.product(session), make.actor(session)
    session.commit()
    signed_in(monkeypatch, VISITOR)
    at = AppTest.from_file(str(NAVIGATION), default_timeout=30)
    at.query_params["product"] = str(kettle.id)
    at._page_hash = calc_hash(url)  # as a link does; a stranger's run knows no page of others by its file
    at.run()
    assert "Please sign in" in at.info[0].value
    assert "Kettle" not in "".join(str(e.value) for e in (*at.title, *at.markdown, *at.text))


def test_the_table_takes_rows_by_product_and_refuses_places_it_has_not_shown(session: Session) -> None:
    kettle, agent = make.product(session), make.actor(session, Role.MANAGER)
    session.commit()
    with reading(agent) as w:
        base = products.rows(w, Wanted())
    [edit] = product_table.edits(base, {"edited_rows": {0: {"name": "Pot"}}})
    assert (edit.product_id, edit.version, edit.cells) == (kettle.id, 1, {"name": "Pot"})
    hostile: list[dict[str, Any]] = [
        {"edited_rows": {1: {"name": "x"}}},
        {"edited_rows": {-1: {"name": "x"}}},
        {"edited_rows": {"0; DROP": {"name": "x"}}},
        {"edited_rows": {0: "name"}},
        {"added_rows": [{"name": "x"}]},
        {"deleted_rows": [0]},
    ]
    for diff in hostile:
        with pytest.raises(Invalid), work(agent) as w:
            products.apply(w, product_table.edits(base, diff))

"""The pages of scoring runs: what is shown before and after one, and a switch that empties every page at once."""

from collections.abc import Callable

import pytest
from sqlmodel import Session, col, select
from streamlit.testing.v1 import AppTest

from db.columnar.copy import Copy
from db.models import BacktestResult, Customer, CustomerScore, Role
from services.scores import fitting, runs
from services.work import reading
from tests import make
from tests.test_page_products import page, signed_in
from tests.test_scores import an_earlier_run, run_now, shop

pytestmark = pytest.mark.parametrize("engines", ["sqlite"], indirect=True)


def told(at: AppTest) -> str:
    shown = (*at.text, *at.caption, *at.markdown, *at.subheader)
    return "\n".join([*(str(x.value) for x in shown), *(str(d.value.to_dict()) for d in at.dataframe)])


@pytest.mark.parametrize("path", ["manager/who_buys.py", "manager/back_test.py"])
def test_before_the_first_run_the_page_says_what_to_do(
    session: Session, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    signed_in(monkeypatch, make.actor(session, Role.MANAGER))
    assert "an administrator can start a run" in told(page(path))


def test_who_switches_predictions_off_is_gone_from_every_page_at_once(
    session: Session, copied: Callable[[], Copy], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fitting, "HORIZONS", (90,))
    shop(session, 36)
    run_now(session, copied)
    boss = make.actor(session, Role.MANAGER)
    likeliest = select(CustomerScore.customer_id).order_by(col(CustomerScore.p_buy_90).desc()).limit(1)
    ada = session.get_one(Customer, session.exec(likeliest).one())
    ada.name = "Ada Foretold"
    session.add(ada)
    own = make.actor(session, Role.CUSTOMER, of=ada)
    session.commit()
    signed_in(monkeypatch, boss)
    before = told(page("manager/who_buys.py"))
    assert "Ada Foretold" in before
    assert "36 customers have one" in before
    ada.name, firm = "", ada.company
    ada.company = "Foretold and Sons"
    session.commit()
    assert "Foretold and Sons" in told(page("manager/who_buys.py")), "whoever has no name is called as everywhere"
    ada.name, ada.company = "Ada Foretold", firm
    session.commit()
    explained = told(page("manager/who_buys.py", customer=str(ada.id)))
    assert "days with a purchase, between" in explained
    assert "Compared with the typical customer:" in explained
    assert "had to foretell the 90 days after it" in told(page("manager/back_test.py"))
    signed_in(monkeypatch, own)
    mine = page("customer/my_data.py")
    assert "You buy within 90 days" in told(mine)
    switch = next(t for t in mine.toggle if str(t.key).startswith("predictions_"))
    switch.set_value(False).run()
    assert "Nothing is predicted about you" in told(mine)
    signed_in(monkeypatch, boss)
    after = told(page("manager/who_buys.py"))
    assert "Ada Foretold" not in after
    assert "35 customers have one" in after
    assert " of 35 customers. Pick one" in after


def test_a_group_of_the_back_test_opens_its_customers_and_an_earlier_run_is_looked_at(
    session: Session, copied: Callable[[], Copy], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fitting, "HORIZONS", (90,))
    shop(session, 36)
    run = run_now(session, copied)
    earlier = an_earlier_run(session, run)
    boss = make.actor(session, Role.MANAGER)
    session.commit()
    signed_in(monkeypatch, boss)
    at = page("manager/back_test.py", group="2")
    with reading(boss) as w:
        behind = runs.members(w, run.id, 90, 1)
    shown = told(at)
    bought = sum(1 for m in behind if m.came)
    assert f"Group 2: {len(behind)} customers, " in shown
    assert f"foretold to buy, {bought} bought." in shown
    at.selectbox(key="pick_run").select(str(earlier.id)).run()
    assert at.query_params["run"] == str(earlier.id)
    assert "Not in force any more" in told(at)
    assert "No list of these customers is kept" in told(at), "none was written with that run"
    assert "In use:" not in told(at)
    foreign = page("manager/back_test.py", run="999999", group="99")
    assert "In use:" in told(foreign)
    assert "Group 99" not in told(foreign)


def test_models_and_rules_stand_beside_each_other_with_the_figures_of_the_same_days(
    session: Session, copied: Callable[[], Copy], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fitting, "HORIZONS", (90,))
    shop(session, 36)
    run = run_now(session, copied)
    compared = run.horizons["90"]["cut_offs"]
    rows = session.exec(select(BacktestResult).where(BacktestResult.candidate == "recency")).all()
    late, early = (next(r for r in rows if (r.cut_off.isoformat() == compared[0]) is first) for first in (True, False))
    run.horizons = {"90": run.horizons["90"] | {"cut_offs": compared[:1]}}
    boss = make.actor(session, Role.MANAGER)
    session.commit()
    signed_in(monkeypatch, boss)
    shown = page("manager/back_test.py").dataframe[0].value
    error = shown.set_index("who").loc["rule: who bought lately buys again", "log_loss"]
    assert error == f"{late.figures['log_loss']:.3f}"
    assert error != f"{early.figures['log_loss']:.3f}"

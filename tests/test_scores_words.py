"""Every code that a scoring run can write down has its words."""

import pytest

from services.analytics.btyd.fit import FitState
from services.analytics.btyd.terms import Family
from services.analytics.choose import Note
from services.analytics.naive import NAIVE, Candidate
from services.analytics.reasons import Fact
from services.scores import words


def test_every_code_of_the_models_has_words() -> None:
    notes = [words.note(note) for note in Note]
    assert len(set(notes)) == len(Note)
    assert all(note.endswith(".") for note in notes)
    names = [words.candidate(code) for code in {*Candidate, *Family}]
    assert len(set(names)) == len(names)
    assert all(words.candidate(rule).startswith("rule:") for rule in NAIVE)
    assert all(words.fit_state(state) for state in FitState)
    assert set(words.FACTS) == set(Fact)


@pytest.mark.parametrize(
    ("row", "told"),
    [
        (["silence", "since_last", -0.124, 80.0, 20.0], "days since the last purchase: 80, typical 20 (−12 points)"),
        (["interval_changed", "gap_mean", 0.004, 31.2, 57.9], "interval 31 to 58 days (+0.4 points)"),
        (["interval_changed", "gap_mean", 0.0001, 1.3, 1.0], "interval in days: 1 (a little likelier)"),
        (
            ["silence", "since_last", -0.0004, 6.0, 4.0],
            "days since the last purchase: 6, typical 4 (a little less likely)",
        ),
        (["extra", "open_cases", -0.03, 2.0, 0.0], "open cases: 2, typical 0 (−3 points)"),
        (["spend", "spend", 0.05, 4500.0, 1200.0], "45.00 per purchase, typical 12.00 (+5 points)"),
    ],
)
def test_a_reason_says_the_fact_its_numbers_and_what_it_moves(row: list[object], told: str) -> None:
    assert words.reason(row, lambda cents: f"{cents / 100:.2f}") == told


def test_nobody_is_certain() -> None:
    assert [words.share(p) for p in (0.0001, 0.314, 0.9999, None)] == ["under 1 %", "31 %", "over 99 %", "–"]
    assert [words.bar(p) for p in (0.0001, 0.314, 0.9999)] == [1, 31, 99]


def test_why_there_is_no_forecast_names_what_decided_first_and_by_how_much() -> None:
    notes = ("season_unseen", "not_better_than_naive", "ranks_no_better", "fit_at_border")
    chance, season = words.why_hidden(notes, "blend", "last_period", 0.14)
    assert "14 % below" in chance
    assert "chance" in chance
    assert "Less than two years" in season
    [worse, _season] = words.why_hidden(notes, "mbg_nbd", "recency", -0.32)
    assert "MBG/NBD model" in worse
    assert "32 % above" in worse
    assert [line[:15] for line in words.why_hidden(("too_short",), None, None, None)] == ["Too little data"]

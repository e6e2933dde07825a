"""What customers and staff of the demonstration company say to each other: the pieces, read from phrases.toml.

A note of staff is problem + detail + step, a letter or mail of a customer greeting + words + plea, an answer of the
company reply + closing.
"""

import tomllib
from pathlib import Path
from typing import Any, NamedTuple

CHANNELS = ("visit", "phone", "letter", "email", "conference", "chat", "web")
VISIT, PHONE, LETTER, EMAIL, CONFERENCE, CHAT, WEB = range(len(CHANNELS))


class Reason(NamedTuple):
    """One entry of the short list of reasons; only problems become cases and have the last three texts."""

    name: str
    team: str
    channels: list[int]  # weights in the order of CHANNELS
    from_customer: float  # share of contacts that come from the customer
    is_problem: bool
    problems: list[str]
    details: list[str]
    steps: list[str]
    words: list[str]
    replies: list[str]
    outcomes: list[str]
    subject: str = ""
    next_step: str = ""
    promise: str = ""


_FILE: dict[str, Any] = tomllib.loads(Path(__file__).with_name("phrases.toml").read_text("utf-8"))

GREETINGS: list[str] = _FILE["greetings"]
PLEAS: list[str] = _FILE["pleas"]
CLOSINGS: list[str] = _FILE["closings"]
REASONS = tuple(Reason(**entry) for entry in _FILE["reasons"])
NAMES = tuple(r.name for r in REASONS)
SURVEY_TEXTS: list[list[str]] = _FILE["survey_texts"]
FOLLOW_UPS: list[str] = _FILE["follow_ups"]
#: Question, category and answer of each article of the help centre.
ARTICLES: list[dict[str, str]] = _FILE["articles"]
#: What the demonstration's customer told on the telephone, and the messages that followed.
FIRST_CALL: str = _FILE["first_call"]
THREAD: list[str] = _FILE["thread"]

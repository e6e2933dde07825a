"""The keys of a page are listed in one place, and no two of them are the same."""

import re
from pathlib import Path

import pytest

from pages._ui import keys

STAFF = Path(__file__).parent.parent / "pages" / "staff"
#: Where the keys of a page are written in the code.
WRITTEN = {
    "case": ["case.py", "_ui/case_forms.py"],
    "customer": ["customer.py", "_ui/log_form.py", "_ui/brief.py", "_ui/matters.py", "_ui/planning.py"],
    "customers": ["customers.py"],
    "cases": ["_ui/case_mark.py"],
    "today": ["today.py", "_ui/due_list.py", "_ui/moving.py"],
    "order-desk": ["_ui/desk_order.py"],
    "contact-rules": ["../manager/contact_rules.py"],
}


@pytest.mark.parametrize("url", WRITTEN)
def test_every_key_of_the_page_is_in_the_list_and_none_twice(url: str) -> None:
    source = "".join((STAFF / name).read_text("utf-8") for name in WRITTEN[url])
    used = re.findall(r'(?:shortcut|pressed)="([A-Z])"', source)
    used += re.findall(r'"([A-Z])": "', "".join(re.findall(r"^KEYS = \{.*\}$", source, re.MULTILINE)))
    used += re.findall(r'\(Snooze\.\w+, _\(".+"\), "([A-Z])"\)', source)
    assert used
    assert len(used) == len(set(used)), "two buttons answer to one key"
    assert set(used) <= set(keys.of_page(url))


def test_no_key_is_written_anywhere_else() -> None:
    told = {STAFF / name for names in WRITTEN.values() for name in names}
    others = [path for path in STAFF.rglob("*.py") if path not in told]
    assert [p.name for p in others if re.search(r'(?:shortcut|pressed)="[A-Z]"', p.read_text("utf-8"))] == []


def test_no_key_clashes_with_those_of_every_page_or_of_streamlit() -> None:
    for url in WRITTEN:
        assert not set(keys.of_page(url)) & {*keys.everywhere(), "R", "C"}

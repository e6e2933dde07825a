"""What is accepted as a password, how it is kept, and that neither can be used to exhaust the server."""

import re
import threading
import time
import unicodedata

import pytest
from passlib.hash import argon2

from services import passwords
from services.errors import Invalid
from services.settings import settings

GOOD = "seven green kettles sing"


def spread(length: int) -> str:
    """A hard password of exactly this many code points."""
    return "".join(chr(0x61 + (i * i * 7 + i * 11) % 26) for i in range(length))


@pytest.mark.parametrize(("length", "accepted"), [(14, False), (15, True), (64, True), (200, True), (201, False)])
def test_length_is_counted_in_code_points_from_15_to_200(length: int, accepted: bool) -> None:
    if accepted:
        assert passwords.check_new(spread(length)) == spread(length)
    else:
        with pytest.raises(Invalid, match=r"at (least 15|most 200)"):
            passwords.check_new(spread(length))


def test_a_character_outside_the_basic_plane_counts_once() -> None:
    with pytest.raises(Invalid, match="at least 15"):
        passwords.check_new("🫖🥕🎻🛶🧭🪁🧶🦜🪴🛷🥁🪕🧊🏺")
    assert passwords.check_new("🫖🥕🎻🛶🧭🪁🧶🦜🪴🛷🥁🪕🧊🏺🧵")


def test_length_is_counted_after_normalisation() -> None:
    """U+FDFA becomes 18 code points: one character alone would pass no length rule it was not given."""
    with pytest.raises(Invalid, match="at most 200"):
        passwords.check_new("\ufdfa" * 12)


def test_the_longest_password_is_used_to_its_last_character() -> None:
    kept = passwords.hashed(spread(200))
    assert passwords.fits(spread(200), kept)[0]
    assert not passwords.fits(spread(199) + "!", kept)[0]


def test_nothing_but_length_and_being_hard_to_guess_is_demanded() -> None:
    assert passwords.check_new("kettlesbananaviolin") == "kettlesbananaviolin"


@pytest.mark.parametrize(
    "known",
    [
        "passwordpassword",
        "rapportrapport12",
        "aaaaaaaaaaaaaaaaaaaaaaaa",
        "123456789012345678",
        "qwertyuiopasdfghjkl",
        "ada.lovelace@example.com",
        "AdaLovelace1815!",
    ],
)
def test_what_would_be_guessed_first_is_refused_with_the_reason(known: str) -> None:
    with pytest.raises(Invalid, match="easy to guess"):
        passwords.check_new(known, "Ada Lovelace", "ada.lovelace@example.com")


def test_two_unicode_forms_of_the_same_text_are_the_same_password() -> None:
    typed = "Grüße aus der Küche, Ångström ﬁn"
    kept = passwords.hashed(unicodedata.normalize("NFD", typed))
    assert passwords.fits(unicodedata.normalize("NFC", typed), kept)[0]


@pytest.mark.parametrize("other", [GOOD + " ", " " + GOOD, GOOD.title(), GOOD[:-1]])
def test_a_password_is_never_trimmed_folded_or_cut(other: str) -> None:
    assert not passwords.fits(other, passwords.hashed(GOOD))[0]


def test_argon2id_with_at_least_64_mib_and_two_passes() -> None:
    found = re.match(r"\$argon2id\$v=19\$m=(\d+),t=(\d+),p=(\d+)\$", passwords.hashed(GOOD))
    assert found is not None
    assert int(found[1]) >= 65536
    assert int(found[2]) >= 2


def test_a_weaker_hash_is_replaced_when_it_fits_and_only_then() -> None:
    weak = argon2.using(type="ID", memory_cost=8192, rounds=1, parallelism=1).hash(GOOD)
    right, better = passwords.fits(GOOD, weak)
    assert right
    assert better is not None
    assert "m=65536" in better
    assert passwords.fits("another sentence entirely", weak) == (False, None)
    assert passwords.fits(GOOD, better) == (True, None)


@pytest.mark.parametrize("odd", ["x" * 1_000_000, "\ud800" + GOOD, "", None, [GOOD], 7])
def test_what_cannot_be_a_password_is_refused_without_hashing(odd: object, monkeypatch: pytest.MonkeyPatch) -> None:
    kept = passwords.hashed(GOOD)
    monkeypatch.setattr(passwords, "_CONTEXT", None)  # any hashing would fail
    if odd != "":  # an empty password is compared like any other wrong one
        assert passwords.fits(odd, kept) == (False, None)
    with pytest.raises(Invalid):
        passwords.check_new(odd)


def test_a_megabyte_costs_less_than_one_comparison() -> None:
    kept = passwords.hashed(GOOD)
    start = time.perf_counter()
    passwords.fits(GOOD, kept)
    one = time.perf_counter() - start
    start = time.perf_counter()
    for _try in range(10):
        passwords.fits("x" * 1_000_000, kept)
    assert time.perf_counter() - start < one


def test_never_more_hashes_at_once_than_the_settings_allow(monkeypatch: pytest.MonkeyPatch) -> None:
    at_once, most, lock = 0, 0, threading.Lock()

    class Slow:
        def verify_and_update(self, _password: str, _known: str) -> tuple[bool, None]:
            nonlocal at_once, most
            with lock:
                at_once += 1
                most = max(most, at_once)
            time.sleep(0.02)
            with lock:
                at_once -= 1
            return False, None

    kept = passwords.hashed(GOOD)
    monkeypatch.setattr(passwords, "_CONTEXT", Slow())
    threads = [threading.Thread(target=passwords.fits, args=(GOOD, kept)) for _i in range(50)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert 1 < most <= settings().max_parallel_hashes


def test_an_unknown_account_is_compared_with_a_real_hash(monkeypatch: pytest.MonkeyPatch) -> None:
    """Otherwise the answer would come at once and tell that there is no such account."""
    compared: list[str] = []
    real = passwords._CONTEXT

    class Noting:
        def verify_and_update(self, password: str, known: str) -> tuple[bool, str | None]:
            compared.append(known)
            return bool(real.verify(password, known)), None

        def hash(self, password: str) -> str:
            return str(real.hash(password))

    monkeypatch.setattr(passwords, "_CONTEXT", Noting())
    assert passwords.fits(GOOD, None) == (False, None)
    assert passwords.fits("nobody has this password", None) == (False, None)
    assert len(compared) == 2
    assert all(known.startswith("$argon2id$v=19$m=65536,") for known in compared)

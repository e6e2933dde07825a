"""Sealed texts: unreadable without the key, of one purpose, and never half right."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services import sealing
from services.settings import settings


@given(st.text(max_size=200), st.text(max_size=40))
def test_what_was_sealed_is_opened_again_for_the_same_purpose_only(plain: str, purpose: str) -> None:
    sealed = sealing.seal(plain, purpose)
    assert sealing.opened(sealed, purpose) == plain
    assert sealing.opened(sealed, purpose + "1") is None
    assert sealing.seal(plain, purpose) != sealed, "equal texts do not look equal"


def test_a_changed_letter_opens_nothing() -> None:
    sealed = sealing.seal("JBSWY3DPEHPK3PXP", "second-factor:1")
    assert "JBSWY3DP" not in sealed
    for place in range(len(sealed)):
        for letter in "A_~":
            if sealed[place] != letter:
                other = sealed[:place] + letter + sealed[place + 1 :]
                assert sealing.opened(other, "second-factor:1") is None, place


def test_another_installation_opens_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sealed = sealing.seal("JBSWY3DPEHPK3PXP", "second-factor:1")
    monkeypatch.setattr(settings(), "var_dir", tmp_path)
    assert sealing.opened(sealed, "second-factor:1") is None
    assert not {f.stat().st_mode & 0o077 for f in (tmp_path / "secrets").iterdir()} - {0}


@pytest.mark.parametrize("stored", ["", "v1.", "v1.x", "v1.====", "JBSWY3DPEHPK3PXP", "v1." + "A" * 20, "v1.ä"])
def test_what_was_never_sealed_opens_nothing(stored: str) -> None:
    assert sealing.opened(stored, "second-factor:1") is None

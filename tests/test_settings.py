"""Secrets of the installation."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from services.settings import secret, settings


def test_a_secret_is_made_once_whole_and_for_its_owner_only(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings(), "var_dir", tmp_path)
    with ThreadPoolExecutor(16) as pool:
        found = set(pool.map(secret, ["cookie-secret"] * 64))
    assert len(found) == 1
    assert len(found.pop()) >= 32
    [file] = (tmp_path / "secrets").iterdir()
    assert file.stat().st_mode & 0o777 == 0o600


def test_each_name_has_a_secret_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings(), "var_dir", tmp_path)
    assert secret("one") != secret("two")
    assert secret("one") == secret("one")

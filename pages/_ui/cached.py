"""Caches, all in one place. Keys are data versions and scopes, never frames; nothing here belongs to one person."""

from collections.abc import Callable
from typing import Any, TypeVar

import altair as alt
import streamlit as st

T = TypeVar("T")


@st.cache_resource(max_entries=500, show_spinner=False)
def _spec(key: tuple[str, str], _build: Any) -> dict[str, Any]:  # noqa: ARG001 - the key is what the cache keeps it by
    return _stripped(_build())


def _stripped(chart: alt.Chart) -> dict[str, Any]:
    spec: dict[str, Any] = chart.to_dict()
    spec.pop("data", None)
    spec.pop("datasets", None)
    return spec


def chart_spec(name: str, language: str, build: Any) -> dict[str, Any]:
    """The Vega-Lite specification of a chart without its data, compiled once per name and language.

    `build()` returns the Altair chart; compiling it costs more than the rest of a page, its data change, it does not.
    """
    return dict(_spec((name, language), build))


@st.cache_resource(max_entries=200, ttl=600, show_spinner=False)
def _shared(name: str, version: str, _build: Any) -> Any:  # noqa: ARG001 - name and version are what it is kept by
    return _build()


def shared(name: str, version: str, build: Callable[[], T]) -> T:
    """As `kept`, but everybody gets the very same object, so that a hit costs next to nothing: nobody may change it."""
    found: T = _shared(name, version, build)
    return found


@st.cache_data(max_entries=50, ttl=600, show_spinner=False)
def _kept(name: str, version: object, _build: Any) -> Any:  # noqa: ARG001 - name and version are what it is kept by
    return _build()


def kept(name: str, version: object, build: Any) -> Any:
    """The answer of `build()`, kept for as long as `version` stays the same (ten minutes at most).

    For answers that are the same for everybody who may ask; the caller has checked who is asking.
    """
    return _kept(name, version, build)


@st.cache_resource(max_entries=500, ttl=3600, show_spinner=False)
def _picture(file_id: int, width: int, _build: Any) -> bytes:  # noqa: ARG001 - what it is kept by
    found: bytes = _build()
    return found


def picture(file_id: int, width: int, build: Callable[[], bytes]) -> bytes:
    """A picture as a page shows it, by its file and width: what is behind the number of a file never changes."""
    found: bytes = _picture(file_id, width, build)
    return found

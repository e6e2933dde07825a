"""A narrow column in the middle of the page, for forms that stand alone."""

from collections.abc import Iterator
from contextlib import contextmanager

import streamlit as st


@contextmanager
def narrow() -> Iterator[None]:
    """Everything inside is at most as wide as is pleasant to read."""
    with st.container(horizontal_alignment="center"), st.container(width=460):
        yield

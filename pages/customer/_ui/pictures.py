"""Pictures of products. A file never changes under its id, so what was read once is kept for everybody."""

from collections.abc import Sequence

import streamlit as st

from pages._ui.cached import kept
from services import files
from services.files import File
from services.work import Actor, reading


def small(product_ids: Sequence[int], actor: Actor) -> dict[int, bytes]:
    """The first picture of each product that has one, small: product id -> WebP."""
    with reading(actor) as w:
        first = files.pictures_of(w, product_ids)
    return {product: picture for product, file_id in first.items() if (picture := _small(file_id, actor))}


def _small(file_id: int, actor: Actor) -> bytes:
    def read() -> bytes:
        with reading(actor) as w:
            return files.thumbnails(w, [file_id]).get(file_id, b"")

    found: bytes = kept("picture, small", file_id, read)
    return found


def _large(file_id: int, actor: Actor) -> bytes:
    def read() -> bytes:
        with reading(actor) as w:
            return files.content(w, file_id)[1]

    found: bytes = kept("picture", file_id, read)
    return found


def gallery(pictures: Sequence[File], name: str, actor: Actor) -> None:
    """The first picture large, the others small below it; each can be looked at in full screen."""
    for one in pictures[:1]:
        st.image(_large(one.id, actor), width=420, alt=one.caption or name, caption=None)
    with st.container(horizontal=True):
        for one in pictures[1:]:
            st.image(_large(one.id, actor), width=96, alt=one.caption or name)

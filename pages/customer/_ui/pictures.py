"""Pictures of products. A file never changes under its id, so what was read once is kept for everybody.

A page would decode a picture that is too large for its place, and write it anew, each time it is drawn; so each is made
in the size of its place once. That is twice as many pixels as the page says: screens of telephones have them.
"""

from collections.abc import Sequence

import streamlit as st

from pages._ui import cached
from services import files
from services.files import File
from services.work import Actor, reading

#: How wide the first picture of a product page is, and those below it.
LARGE, BESIDE = 420, 96
SMALL = 160


def small(product_ids: Sequence[int], actor: Actor) -> dict[int, bytes]:
    """The first picture of each product that has one, for `picture` up to SMALL: product id -> its bytes."""
    with reading(actor) as w:
        first = files.pictures_of(w, product_ids)
    return {product: found for product, file_id in first.items() if (found := _small(file_id, actor))}


def picture(content: bytes, alt: str, width: int = SMALL) -> None:
    """One picture, as wide as this where there is room."""
    with st.container(width=width):
        st.image(content, width="stretch", alt=alt)


def _small(file_id: int, actor: Actor) -> bytes:
    def made() -> bytes:
        with reading(actor) as w:
            found = files.thumbnails(w, [file_id]).get(file_id, b"")
        return files.fitted(found, 2 * SMALL) if found else b""

    return cached.picture(file_id, SMALL, made)


def _sized(file_id: int, width: int, actor: Actor) -> bytes:
    def made() -> bytes:
        with reading(actor) as w:
            found = files.content(w, file_id)[1]
        return files.fitted(found, 2 * width)

    return cached.picture(file_id, width, made)


def gallery(pictures: Sequence[File], name: str, actor: Actor) -> None:
    """The first picture large, the others small below it; each can be looked at in full screen."""
    for one in pictures[:1]:
        picture(_sized(one.id, LARGE, actor), one.caption or name, LARGE)
    with st.container(horizontal=True):
        for one in pictures[1:]:
            picture(_sized(one.id, BESIDE, actor), one.caption or name, BESIDE)

"""Adding files and showing those that are there. Everything is judged again in services/files.

uploads = files_ui.chooser(_("Photos"), key=f"photos_{round}")
...
with reported(_("Saved.")) as outcome:
    new = files_ui.taken(uploads)          # looks into the files, so before the unit of work
    with work(actor) as w:
        ...
        for one in new:
            files.keep(w, one, Thing.RETURN, made.id)
"""

from collections.abc import Sequence
from functools import partial

import streamlit as st
from streamlit.runtime.uploaded_file_manager import UploadedFile

from pages._ui.feedback import reported
from pages._ui.guard import EVERYBODY, require
from pages._ui.show import day, md
from services import files, sessions
from services.errors import Invalid, NotSignedIn
from services.files import File, NewFile
from services.text import _, number
from services.work import Actor, reading, work

PICTURES = ("png", "jpg", "jpeg", "webp")
TYPES = (*PICTURES, "pdf", "txt")
#: How many files one form takes at once.
MOST_AT_ONCE = 10


def chooser(label: str, *, key: str, types: Sequence[str] = TYPES, help: str | None = None) -> list[UploadedFile]:
    """A field for several files. In a form, give it another `key` after the form was taken, so that it is empty."""
    chosen = st.file_uploader(
        label, type=list(types), accept_multiple_files=True, key=key, max_upload_size=files.largest_mb(), help=help
    )
    return list(chosen or [])


def taken(uploads: Sequence[UploadedFile]) -> list[NewFile]:
    """The chosen files, made safe to keep. Raises Invalid, naming the file. Belongs before the unit of work."""
    if len(uploads) > MOST_AT_ONCE:
        raise Invalid(_("Files"), _("at most {most} at once").format(most=MOST_AT_ONCE))
    return [files.checked(one.name, one.getvalue()) for one in uploads]


def content_of(file_id: int, sid: str) -> bytes:
    """Asked for when the button is pressed, outside of any page: who is asking is looked up anew."""
    asking = sessions.actor_of(sid)
    if asking is None:
        raise NotSignedIn
    with reading(asking) as w:
        return files.content(w, file_id)[1]


def size_in_words(size: int) -> str:
    """Kilobytes or megabytes."""
    if size < 2**20:
        return _("{n} kB").format(n=number(max(1, size / 1024)))
    return _("{n} MB").format(n=number(size / 2**20, 1))


def listing(found: Sequence[File], actor: Actor, *, key: str, pictures: bool = True, may_remove: bool = False) -> None:
    """Rows with a small picture, name, size and a button to download; `may_remove` also offers to take one away.

    A file is always downloaded, never opened in the page. `key` tells several lists of one page apart.
    """
    small: dict[int, bytes] = {}
    if pictures and any(one.is_picture for one in found):
        with reading(actor) as w:
            small = files.thumbnails(w, [one.id for one in found if one.is_picture])
    for one in found:
        with st.container(horizontal=True, vertical_alignment="center", key=f"file_{key}_{one.id}"):
            if one.id in small:
                with st.container(width=64):  # the picture itself stays as large as it is, for the full screen
                    st.image(small[one.id], width="stretch", alt=one.caption or one.name)
            download(one, actor, key=key)
            told = [one.caption, size_in_words(one.size), day(one.added_at, actor), one.added_by]
            st.caption(md(" · ".join(t for t in told if t)), width="content")
            if may_remove:
                _removing(one, key)


def download(one: File, actor: Actor, *, key: str) -> None:
    """The button that downloads a file under its shown name."""
    st.download_button(
        md(one.name),
        partial(content_of, one.id, actor.session_id),
        one.name,
        one.content_type,
        icon=":material/image:" if one.is_picture else ":material/description:",
        on_click="ignore",
        type="tertiary",
        key=f"download_{key}_{one.id}",
    )


def _removing(one: File, key: str) -> None:
    with st.popover(_("Remove"), icon=":material/delete:", type="tertiary", key=f"removing_{key}_{one.id}"):
        st.text(_("The file is gone for everybody then."))
        if st.button(_("Remove this file"), key=f"remove_{key}_{one.id}", type="primary"):
            actor = require(*EVERYBODY)
            with reported(_("The file was removed.")) as outcome, work(actor) as w:
                files.remove(w, one.id)
            if outcome.ok:
                st.rerun()

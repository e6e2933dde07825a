"""A text area that tells the server what is typed while it is typed, so that a draft can be kept there.

Streamlit's own text area speaks only when it is left.
"""

import streamlit as st

from pages._ui.frozen import is_frozen
from pages._ui.scripted import scripted
from services.text import _

HTML = """<div class="field">
  <label data-part="label" for="area"></label>
  <textarea data-part="area" id="area" aria-describedby="hint" spellcheck="true"></textarea>
  <div class="below"><span data-part="hint" id="hint"></span><span data-part="counter" aria-live="polite"></span></div>
</div>"""

#: Pixels; as high as Streamlit's own field of one line.
ONE_LINE = 37


def typed_area(
    label: str,
    *,
    key: str,
    value: str = "",
    epoch: int = 0,
    max_chars: int = 4000,
    height: int = 120,
    placeholder: str = "",
    hint: str = "",
    single: bool = False,
) -> str:
    """What is in the field now; the page runs again whenever typing pauses. `single`: it has one line.

    `value` is what it begins with, and what it is set to whenever `epoch` changes; in between nothing overwrites what
    is being typed. All texts are shown as text. Ctrl+Enter is told by `sent`.
    """
    data = {
        "label": label,
        "value": value[:max_chars],
        "epoch": epoch,
        "most": max_chars,
        "height": ONE_LINE if single else height,
        "single": single,
        "placeholder": placeholder,
        "hint": hint,
        "counter": _("{n} characters left"),
        "disabled": is_frozen(),
    }
    mount = scripted("typing", html=HTML, css="typing.css")
    state = mount(key=key, data=data, on_typed_change=_nothing, on_sent_change=_nothing)
    for told in (state.sent, state.typed):
        if isinstance(told, dict) and told.get("epoch") == epoch and isinstance(told.get("text"), str):
            return str(told["text"])[:max_chars]
    return value[:max_chars]


def sent(key: str, epoch: int = 0) -> bool:
    """Whether Ctrl+Enter in the field is what this run was asked for."""
    state = st.session_state.get(key)
    told = getattr(state, "sent", None)
    return isinstance(told, dict) and told.get("epoch") == epoch


def _nothing() -> None:
    """Streamlit offers a value to the page only where there is a callback."""

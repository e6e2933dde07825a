"""What the address of a page names. It only chooses what is shown; the service decides whether it may be seen."""

import streamlit as st

LONGEST = 10  # digits; the numbers of rows are shorter
_LAST = "_address"


def number(name: str) -> int | None:
    """A number that the address names; anything else there is ignored."""
    text = str(st.query_params.get(name, ""))
    return int(text) if text.isascii() and text.isdecimal() and len(text) < LONGEST else None


def followed(page: str) -> None:
    """Let the browser's address follow a link from a page to the same page with another query. At the top of a run.

    Streamlit 1.67 runs the page with the new query and leaves the address as it was: a reload, a bookmark and the next
    full run would show something else. The browser keeps still where its address says the same already.
    """
    here = (page, {name: st.query_params.get_all(name) for name in st.query_params})
    last = st.session_state.get(_LAST, here)
    st.session_state[_LAST] = here
    if last[0] == page and last != here:
        st.query_params.update()


def tab(label: str, names: dict[str, str], key: str, first: str, *, told: bool = False) -> str:
    """One of a few, side by side; the address keeps its code. Anything else there counts as `first`.

    `told`: the label is shown; else only screen readers say it.
    """
    value = st.segmented_control(
        label,
        list(names),
        format_func=lambda v: names[v],
        default=_asked(names, key, first),
        required=True,
        key=f"tab_{key}" + "'" * st.session_state.get(f"turn_{key}", 0),
        label_visibility="visible" if told else "collapsed",
    )
    _kept(key, value, first)
    return value or first


def forget(key: str) -> None:
    """Let the address decide anew which tab is shown, as before a switch to another thing on the same page.

    The browser would send its choice again; so the tabs get another key.
    """
    st.session_state[f"turn_{key}"] = st.session_state.get(f"turn_{key}", 0) + 1


def pick(label: str, names: dict[str, str], key: str, first: str | None, *, width: int, empty: str = "") -> str | None:
    """One of many from a list; the address keeps its code. `first` None: nothing is chosen, which `empty` names."""
    asked = _asked(names, key, first)
    options = list(names)
    at = options.index(asked) if asked is not None else None
    name = f"pick_{key}"
    if st.session_state.get(name) not in (None, *options):
        del st.session_state[name]  # what was chosen is not offered any more
    value = st.selectbox(label, options, at, format_func=lambda v: names[v], key=name, placeholder=empty, width=width)
    return _kept(key, value, first)


def switch(label: str, key: str) -> bool:
    """On or off; the address keeps that it is on."""
    on = st.toggle(label, st.query_params.get(key) == "1", key=f"switch_{key}")
    return _kept(key, "1" if on else None, None) == "1"


def _asked(names: dict[str, str], key: str, first: str | None) -> str | None:
    asked = str(st.query_params.get(key, ""))
    return asked if asked in names else first


def _kept(key: str, value: str | None, first: str | None) -> str | None:
    if value is None or value == first:
        st.query_params.pop(key, None)
    else:
        st.query_params[key] = value
    return value

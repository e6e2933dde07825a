"""Where the cursor stands: in a field as soon as the page opens, and again after one key."""

import re

from pages._ui.scripted import scripted

_NO_CLASS = re.compile(r"[^a-zA-Z0-9_-]")


def focus(target: str, *, pressed: str = "", now: bool = True, whole: bool = True, key: str = "focus") -> None:
    """Put the cursor into the field with the key `target`: at once, and whenever `pressed` is typed outside a field.

    `whole`: what stands in it already is marked, so that the next letter takes its place.
    """
    mount = scripted("focus", html="<span></span>")
    target = _NO_CLASS.sub("-", target)  # as Streamlit names the class of an element by its key
    mount(key=key, data={"target": target, "pressed": pressed.lower(), "now": now, "whole": whole}, height=1)

"""Where the cursor stands: in a field as soon as the page opens, and again after one key."""

from pages._ui.scripted import scripted


def focus(target: str, *, pressed: str = "", now: bool = True, key: str = "focus") -> None:
    """Put the cursor into the field with the key `target`: at once, and whenever `pressed` is typed outside a field."""
    mount = scripted("focus", html="<span></span>")
    mount(key=key, data={"target": target, "pressed": pressed.lower(), "now": now}, height=1)

"""What no setting of the theme reaches: a few rules for the whole page, kept in components/look.css."""

from pages._ui.scripted import scripted


def look() -> None:
    """Lay the rules over the page. It takes no room itself."""
    mount = scripted("look", html="<span></span>", css="look.css", everywhere=True)
    mount(key="look", height=1)

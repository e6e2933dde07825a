"""Components of our own whose scripts lie beside this file.

The content security policy lets a browser run scripts of this server only, so a component's script is served as a file
and never written into the page. Streamlit serves files for installed packages that announce a folder in a manifest;
this announces ours in the same way, without a package.
"""

from functools import cache, lru_cache
from pathlib import Path
from typing import Any

import streamlit as st
from streamlit.components.v2.component_manager import BidiComponentManager
from streamlit.components.v2.get_bidi_component_manager import get_bidi_component_manager
from streamlit.components.v2.manifest_scanner import ComponentConfig, ComponentManifest

PROJECT = "rapport"
HOME = Path(__file__).resolve().parent
FOLDER = "components"


@lru_cache(maxsize=8)
def _mount(components: BidiComponentManager, name: str, html: str, css: str | None, everywhere: bool) -> Any:
    """The mounting command of a component, made once per server (and once per page under test)."""
    manifest = ComponentManifest(PROJECT, "1", [ComponentConfig(name, FOLDER)])
    components.register_from_manifest(manifest, HOME)
    own = f"{PROJECT}.{name}"
    return st.components.v2.component(own, html=html, css=css, js=f"{name}.js", isolate_styles=not everywhere)


def scripted(name: str, *, html: str, css: str | None = None, everywhere: bool = False) -> Any:
    """The mounting command of the component whose script is `components/<name>.js`.

    `css` is the name of a file beside it, or the rules themselves (see `styles`); they hold for the component alone,
    or with `everywhere` for the whole page.
    """
    return _mount(get_bidi_component_manager(), name, html, css, everywhere)


@cache
def styles(file: str) -> str:
    """The rules of a file, to be sent with the component instead of being fetched.

    For components that seldom change: together with their rules they are large enough for Streamlit to send them once
    and then by reference (`global.minCachedMessageSize`), so that a click costs eighty bytes instead of thousands.
    """
    return (HOME / FOLDER / file).read_text("utf-8")

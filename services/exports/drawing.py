"""A Vega-Lite specification on stdin, its picture on stdout. Run as a script, in a process of its own."""

import json
import sys
from importlib.resources import files

import vl_convert


def main() -> None:
    """No address is allowed, so nothing can be fetched."""
    vl_convert.register_font_directory(str(files("fontpkg_fira_sans") / "files"))
    spec = json.load(sys.stdin)
    sys.stdout.buffer.write(vl_convert.vegalite_to_png(spec, scale=2, allowed_base_urls=[]))


if __name__ == "__main__":
    main()

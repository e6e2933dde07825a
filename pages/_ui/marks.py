"""Small marks around texts that are ready to be shown: bold, a sign in front, one below the other."""


def bold(text: str) -> str:
    """In bold; `text` is escaped already (see show.md and show.price)."""
    return f"**{text}**"


def sign(icon: str, text: str) -> str:
    """A Material symbol, then the text."""
    return f":material/{icon}: {text}"


def below(first: str, second: str) -> str:
    """Two lines of one paragraph."""
    return f"{first}  \n{second}"

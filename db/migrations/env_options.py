"""What autogenerate and the drift test leave alone."""


def include_object(_object: object, name: str | None, kind: str, _reflected: bool, _other: object) -> bool:
    """The search index is made by hand in migration 0002; its tables are none of the models'."""
    by_hand = {"table": "customer_fts", "index": "ix_customer_search_trigrams"}.get(kind)
    return not (by_hand and name is not None and name.startswith(by_hand))

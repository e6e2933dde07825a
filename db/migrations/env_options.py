"""What autogenerate and the drift test leave alone."""


def include_object(_object: object, name: str | None, kind: str, _reflected: bool, _other: object) -> bool:
    """What migrations make by hand: the search indexes (0002, 0027), and an index that only PostgreSQL needs (0017)."""
    by_hand = {
        "table": ("customer_fts", "case_fts"),
        "index": ("ix_customer_search_trigrams", "ix_case_subject_trigrams", "ix_columnar_change_mark"),
    }.get(kind)
    return not (by_hand and name is not None and name.startswith(by_hand))

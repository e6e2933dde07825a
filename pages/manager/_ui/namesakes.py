"""Products that are called the same, as in a shop that sells one milk in five sizes: told apart by their numbers."""

import pandas as pd


def apart(frame: pd.DataFrame, *columns: tuple[str, str], in_front: bool = False) -> pd.DataFrame:
    """The frame with the number behind each name that another product in it has too; or `in_front`, for a column so
    narrow that the end of a name is cut.

    `columns`: pairs of (number of the product, its name); the names of all pairs are looked at together.
    """
    both = [frame[list(pair)].set_axis(["number", "name"], axis=1) for pair in columns]
    products = pd.concat(both).drop_duplicates("number")
    shared = products.loc[products["name"].duplicated(keep=False), "number"]
    told = {}
    for number, name in columns:
        code = frame[number].astype(str)
        numbered = code + " " + frame[name] if in_front else frame[name] + " (" + code + ")"
        told[name] = frame[name].where(~frame[number].isin(shared), numbered)
    return frame.assign(**told)

"""Orders: placing, cancelling, looking at them, ordering the same again."""

from services.orders.again import Again, AgainLine, Change, again, put_again
from services.orders.cancelling import can_cancel, cancel
from services.orders.difference import Difference, OrderChanged
from services.orders.finding import Stage, Wanted, years
from services.orders.judging import LATEST
from services.orders.new import NewLine, NewOrder, from_basket
from services.orders.placing import place
from services.orders.reading import PER_PAGE, Detail, DetailLine, Summary, detail, just_placed, listing, opened
from services.orders.shipping import NewParcel, Pieces, deliver, pick, ship, to_send
from services.orders.words import in_words, next_in_words

__all__ = [
    "LATEST",
    "PER_PAGE",
    "Again",
    "AgainLine",
    "Change",
    "Detail",
    "DetailLine",
    "Difference",
    "NewLine",
    "NewOrder",
    "NewParcel",
    "OrderChanged",
    "Pieces",
    "Stage",
    "Summary",
    "Wanted",
    "again",
    "can_cancel",
    "cancel",
    "deliver",
    "detail",
    "from_basket",
    "in_words",
    "just_placed",
    "listing",
    "next_in_words",
    "opened",
    "pick",
    "place",
    "put_again",
    "ship",
    "to_send",
    "years",
]

"""A process that places and cancels orders until it is killed; run by tests/test_crash.py.

python -m tests.orders_in_a_loop DATABASE_URL SEED
"""

import random
import sys

from sqlmodel import select

from db.engine import make_engines
from db.models import CustomerAddress, Person, Product, Role
from services import baskets, orders
from services import work as units
from services.errors import RapportError
from services.work import SYSTEM, Actor, reading, work


def main(url: str, seed: int) -> None:
    """Never ends by itself. Says "ready" before the first order."""
    units.bind(make_engines(url))
    random_ = random.Random(seed)
    with reading(SYSTEM) as w:
        person = w.session.exec(select(Person)).first()
        assert person is not None
        address_id = w.session.exec(
            select(CustomerAddress.id).where(CustomerAddress.customer_id == person.customer_id)
        ).one()
        product_ids = list(w.session.exec(select(Product.id)))
    actor = Actor(person.id, Role.CUSTOMER, person.name, person.email, person.customer_id)
    print("ready", flush=True)  # noqa: T201 - the parent waits for it
    while True:
        wanted = [
            baskets.Wanted(product_id=i, quantity=random_.randint(1, 3))
            for i in random_.sample(product_ids, random_.randint(1, 3))
        ]
        try:
            with work(actor) as w:
                baskets.put(w, wanted)
            with reading(actor) as w:
                shown = baskets.view(w)
            with work(actor) as w:
                order = orders.place(w, orders.from_basket(shown, address_id=address_id))
            if random_.random() < 0.3:
                with work(actor) as w:
                    orders.cancel(w, order.id)
        except RapportError:
            continue  # a connection that was cut in the middle: the next try is a new one


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))

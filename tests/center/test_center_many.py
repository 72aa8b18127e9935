"""Many halls at once: few statements a batch, and workers that never wait for each other in a circle."""

import json
import random
import threading
from collections.abc import Callable
from typing import Any

from sqlalchemy import event, func, select

from edge.center.arrivals import Arrived
from edge.center.store import Store
from edge.center.tables import figures, journals
from tests.center.conftest import entries

HALLS, EACH = 60, 12


def many() -> list[list[Arrived]]:
    return [entries(EACH, journal=f"{n:016d}", hall=f"510000/{510000001 + n}") for n in range(HALLS)]


def births(made: list[list[Arrived]], head: int) -> dict[tuple[str, str], str]:
    said = {"state": "online", "head": head}
    return {(m[0].hall, "status"): json.dumps({**said, "journal": m[0].journal}) for m in made}


def test_a_batch_of_many_halls_is_a_handful_of_statements(store: Store) -> None:
    made, statements = many(), list[str]()
    store.keep([a for mine in made for a in mine[:2]])

    def note(connection: Any, cursor: Any, statement: str, *_: Any) -> None:
        statements.append(statement)

    event.listen(store.engine, "before_cursor_execute", note)
    store.keep([a for mine in made for a in mine[3:5]])  # a hole in each
    receipts = store.keep([mine[2] for mine in made])
    assert {r.stored for r in receipts} == {5} and len(receipts) == HALLS
    assert len(statements) < 16, statements


def test_workers_with_all_halls_in_every_order_fail_never_and_lose_nothing(
    open_store: Callable[[], Store],
) -> None:
    made, failed = many(), list[Exception]()
    workers = [open_store(), open_store(), open_store()]

    def work(i: int) -> None:
        dice = random.Random(i)
        mine = [a for journal in made for n, a in enumerate(journal) if n % 3 == i or dice.random() < 0.2]
        dice.shuffle(mine)
        try:
            for at in range(0, len(mine), 50):
                workers[i].keep(mine[at : at + 50])
                some = dice.sample(made, 20)
                health = {(m[0].hall, "health"): json.dumps({"at": at, "by": i}) for m in some}
                workers[i].told({**births(some, EACH), **health})
        except Exception as error:
            failed.append(error)

    threads = [threading.Thread(target=work, args=(i,)) for i in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    assert [r.stored for r in workers[0].receipts()] == [EACH] * HALLS
    with workers[0].engine.connect() as tx:
        assert tx.execute(select(func.sum(figures.c.count))).scalar_one() == HALLS * EACH
        assert tx.execute(select(func.max(journals.c.broken))).scalar_one() == 0

"""Each entry once, receipts only of what is whole, and holes asked for by one worker."""

import json
import random
import threading
import time
from collections.abc import Callable
from dataclasses import replace

from sqlalchemy import select

from edge.center.store import GRACE_S, MOST_AT_ONCE, Gap, Receipt, Store, lines
from edge.center.tables import entries as entry_table
from edge.center.tables import figures, journals
from tests.center.conftest import HALL, JOURNAL, entries


def stored(store: Store) -> int:
    return next(r.stored for r in store.receipts() if r.journal == JOURNAL)


def later(seconds: float = GRACE_S + 1) -> float:
    return time.time() + seconds


def broken(store: Store) -> int:
    with store.engine.connect() as tx:
        return int(tx.execute(select(journals.c.broken)).scalar_one())


def counted(store: Store) -> int:
    with store.engine.connect() as tx:
        return int(tx.execute(select(figures.c.count)).scalar_one())


def test_repeats_are_kept_once_and_counted_once(store: Store) -> None:
    made = entries(30)
    for batch in (made[:20], made[10:25], made[:5], made[20:] + made[20:]):
        store.keep(batch)
    assert [seq for seq, *_ in lines(store, JOURNAL)] == list(range(1, 31))
    assert (stored(store), counted(store), broken(store)) == (30, 30, 0)


def test_a_receipt_reaches_to_the_first_hole_and_jumps_when_it_is_filled(store: Store) -> None:
    made = entries(3000)
    assert store.keep(made[:5]) == [Receipt(HALL, JOURNAL, 5)]
    assert store.keep(made[6:]) == [Receipt(HALL, JOURNAL, 5)]
    assert store.keep([made[5]]) == [Receipt(HALL, JOURNAL, 3000)]
    assert store.gaps_to_ask(later()) == []


def test_any_order_of_arrival_ends_with_all_of_it(store: Store) -> None:
    made = entries(400)
    dice = random.Random(7)
    dice.shuffle(made)
    while made:
        n = dice.randint(1, 40)
        store.keep(made[:n] + made[: n // 3])
        made = made[n:]
    assert (stored(store), broken(store), counted(store)) == (400, 0, 400)


def test_a_hole_is_asked_for_after_some_seconds_once_and_again_ever_later(store: Store) -> None:
    made = entries(50)
    store.keep(made[:10] + made[30:])
    gap = Gap(HALL, JOURNAL, 11, 30)
    assert store.gaps_to_ask(time.time()) == [], "another worker may have it in hand"
    assert store.gaps_to_ask(later()) == [gap]
    assert store.gaps_to_ask(later(30)) == []
    assert store.gaps_to_ask(later(80)) == [gap]
    assert store.gaps_to_ask(later(150)) == [], "two minutes, then four …"
    assert store.gaps_to_ask(later(210)) == [gap]
    store.keep(made[10:20])
    assert store.gaps_to_ask(later()) == [Gap(HALL, JOURNAL, 21, 30)], "progress begins anew"


def test_a_large_hole_is_asked_for_in_parts(store: Store) -> None:
    store.keep(entries(1, first=100_000))
    assert store.gaps_to_ask(later()) == [Gap(HALL, JOURNAL, 1, MOST_AT_ONCE)]


def test_of_many_workers_one_asks(open_store: Callable[[], Store]) -> None:
    made = entries(20)
    workers = [open_store() for _ in range(4)]
    workers[0].keep(made[:3] + made[9:])
    asked: list[Gap] = []
    at = later()
    threads = [threading.Thread(target=lambda w=w: asked.extend(w.gaps_to_ask(at))) for w in workers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert asked == [Gap(HALL, JOURNAL, 4, 9)]


def test_two_workers_share_a_hall_and_the_store_is_whole(open_store: Callable[[], Store]) -> None:
    """As a shared subscription does: every other message to the other worker, all at once."""
    made = entries(600)
    workers = [open_store(), open_store()]

    def work(i: int) -> None:
        mine = made[i::2]
        for at in range(0, len(mine), 7):
            workers[i].keep(mine[at : at + 9])

    threads = [threading.Thread(target=work, args=(i,)) for i in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (stored(workers[0]), counted(workers[0]), broken(workers[0])) == (600, 600, 0)


def test_workers_that_start_at_once_make_the_tables_once(open_store: Callable[[], Store]) -> None:
    failed: list[Exception] = []

    def start() -> None:
        try:
            open_store().keep(entries(3))
        except Exception as error:
            failed.append(error)

    threads = [threading.Thread(target=start) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == [] and stored(open_store()) == 3


def test_a_changed_entry_breaks_the_chain_where_it_stands(store: Store) -> None:
    made = entries(10)
    forged = replace(made[4], body=made[4].body.replace("A005", "A006"))
    store.keep([*made[:4], forged, *made[5:]])
    assert (broken(store), stored(store)) == (5, 10), "the rest is kept all the same"


def test_a_journal_that_was_pruned_begins_where_the_hall_says(store: Store) -> None:
    store.keep(entries(5, first=1000))
    assert stored(store) == 0
    assert store.begins_at("510000/510000002", JOURNAL, 1000) is None, "another hall's word is nothing"
    assert store.begins_at(HALL, JOURNAL, 5000) is None and store.begins_at(HALL, "unknown1", 5) is None
    assert store.begins_at(HALL, JOURNAL, 1000) == Receipt(HALL, JOURNAL, 1004)
    assert (broken(store), store.gaps_to_ask(later())) == (0, [])


def test_a_journal_belongs_to_the_hall_that_came_with_it_first(store: Store) -> None:
    mine = entries(3)
    store.keep(mine)
    other = [replace(a, hall="510000/510000002") for a in entries(6)[3:]]
    assert store.keep(other) == []
    with store.engine.connect() as tx:
        assert len(tx.execute(select(entry_table.c.seq)).all()) == 3


def test_the_newest_word_of_a_hall_on_itself_replaces_the_former(store: Store) -> None:
    store.told({(HALL, "status"): '{"state":"online"}', (HALL, "health"): "{}"})
    store.told({(HALL, "status"): '{"state":"asleep"}'})
    store.keep(entries(1))
    with store.engine.connect() as tx:
        row = tx.exec_driver_sql("SELECT status, health, status_at FROM hall").one()
    assert row[:2] == ('{"state":"asleep"}', "{}") and row[2].endswith("Z")


def test_the_end_that_a_hall_says_it_has_is_asked_for_once_nothing_comes_any_more(store: Store) -> None:
    status = json.dumps({"state": "online", "journal": JOURNAL, "head": 40})
    made = entries(60)
    store.keep(made[:30])
    store.told({(HALL, "status"): status})
    assert store.gaps_to_ask(time.time()) == []
    store.keep(made[30:35])
    assert store.gaps_to_ask(later()) == [Gap(HALL, JOURNAL, 36, 40)]
    store.keep(made[35:45])
    assert store.gaps_to_ask(later()) == [] and stored(store) == 45
    for wrong in ({"head": "9"}, {"head": True}, {"head": 99, "journal": "?"}, {}):
        store.told({(HALL, "status"): json.dumps({"journal": JOURNAL, **wrong})})
    store.told({("510000/510000002", "status"): json.dumps({"journal": JOURNAL, "head": 99})})
    assert store.gaps_to_ask(later()) == []

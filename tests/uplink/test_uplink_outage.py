"""Days without a line, small: what `python -m tests.bench.outage` does with 150,000 entries."""

from pathlib import Path

from tests.bench.outage import drain


def test_days_without_a_broker_come_in_order_and_once_with_bounded_memory(tmp_path: Path) -> None:
    done = drain(tmp_path, days=2, tickets_a_day=250, without_s=1.0)
    assert done.entries > 3500
    assert (done.late, done.repeated, done.missing) == (0, 0, 0), done
    assert done.most_mb - done.before_mb < 15, done  # the entries themselves are some 3 MB

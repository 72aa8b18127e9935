from collections.abc import Callable

from tests.broker import Broker, Recorder
from tests.uplink.conftest import Hall
from tests.waiting import until


def test_of_two_boxes_with_one_id_the_one_that_comes_back_says_so_and_leaves(
    halls: Callable[[str], Hall], broker: Broker, center: Recorder
) -> None:
    """mosquitto 2.0.11 closes a session that is taken over and does not say why: the retained status does."""
    one, other = halls("one"), halls("other")
    first = one.uplink(broker.url, patience_s=(0.5, 60.0))
    until(lambda: first.status()["connected"], "the first is in")
    center.wait_for("status", bool)
    second = other.uplink(broker.url, patience_s=(0.5, 60.0))
    until(lambda: "two boxes" in first.status()["why"], "the first notices when it comes back")
    assert other.journal.id in first.status()["why"] and "bianmin-510000-510000001" in first.status()["why"]
    other.write(3)
    until(lambda: second.status()["connected"] and second.status()["lag"] == 0, "the second works on")
    assert not first.status()["connected"]
    assert center.on("status")[-1].json()["journal"] == other.journal.id


def test_a_spare_box_that_takes_the_place_of_another_is_no_rival(
    halls: Callable[[str], Hall], broker: Broker, center: Recorder
) -> None:
    old, spare = halls("old"), halls("spare")
    before = old.uplink(broker.url)
    center.wait_for("status", bool)
    before.stop()
    center.wait_for("status", lambda seen: seen[-1].json()["state"] == "offline")
    uplink = spare.uplink(broker.url)
    spare.write(3)
    until(lambda: uplink.status()["lag"] == 0, "the spare box delivers")
    broker.restart()
    center.wait_subscribed()
    until(
        lambda: not uplink.status()["connected"] or uplink.status()["why"] == "", "it saw the cut or is back"
    )
    spare.write(3)
    until(lambda: uplink.status()["connected"] and uplink.status()["lag"] == 0, "and after a cut as well")

"""A certificate that seems too old or too new: whose fault it is, the certificate's or the clock's."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from edge.center.authority import Authority, make_authority, make_pair
from edge.paths import shared
from edge.texts import Texts
from tests.broker import Broker
from tests.uplink.conftest import Hall
from tests.waiting import until

TEXTS = Texts.load("zh-CN", shared("texts"))


class County:
    """Signs on whatever day it is told."""

    def __init__(self, folder: Path) -> None:
        self._folder, self._authority = folder, Authority.load(*make_authority(folder, "510000"))

    def pair(self, name: str, *addresses: str, in_days: float = 0) -> None:
        """For a year that begins so many days from now."""
        now = datetime.now(UTC) + timedelta(days=in_days)
        make_pair(self._authority, self._folder, name, addresses, 365, now=now)


@pytest.fixture
def county(tmp_path: Path) -> County:
    return County(tmp_path)


def clock(
    hall: Hall, monkeypatch: pytest.MonkeyPatch, *, trusted: bool, off: timedelta = timedelta()
) -> None:
    now = hall.registrar.now
    monkeypatch.setattr(hall.registrar, "now", lambda: replace(now(), trusted=trusted, at=now().at + off))


@pytest.mark.parametrize(("days", "words"), [(-400, "expired"), (10, "not_yet_valid")])
@pytest.mark.parametrize("doubt", ["none", "untrusted", "other"])
def test_who_is_to_blame_for_a_brokers_certificate(
    days: float,
    words: str,
    doubt: str,
    hall: Hall,
    county: County,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    county.pair("broker", "127.0.0.1", in_days=days)
    county.pair("hall")
    off = timedelta(days=-500) if doubt == "other" else timedelta()
    clock(hall, monkeypatch, trusted=doubt != "untrusted", off=off)
    with Broker(tmp_path, *proof(tmp_path)) as broker:
        uplink = hall.uplink(tls(broker), **files(tmp_path), say=said)
        until(lambda: uplink.status()["code"] != "", "it is refused")
        told = uplink.status()
    assert told["code"] == (words if doubt == "none" else "clock")
    assert told["why"].startswith(TEXTS.get(f"line.{told['code']}")) and "certificate" in told["why"]
    assert ("时钟不可信，证书可能被误判" in told["why"]) == (doubt != "none")
    assert told["why"] in caplog.text


def test_an_unknown_authority_and_another_address_are_said_as_such(
    hall: Hall, county: County, tmp_path: Path
) -> None:
    (tmp_path / "stranger").mkdir()
    make_authority(tmp_path / "stranger", "510000")
    county.pair("hall")
    for address, ca, code in (
        ("127.0.0.1", tmp_path / "stranger/county.crt", "unknown_authority"),
        ("10.9.8.7", tmp_path / "county.crt", "other_name"),
    ):
        county.pair("broker", address)
        with Broker(tmp_path, *proof(tmp_path)) as broker:
            uplink = hall.uplink(tls(broker), **{**files(tmp_path), "ca_file": str(ca)}, say=said)
            until(lambda: uplink.status()["code"] == code, code)  # noqa: B023
            uplink.stop()


def test_a_box_whose_own_certificate_has_ended_knows_why_it_is_turned_away(
    hall: Hall, county: County, tmp_path: Path
) -> None:
    county.pair("broker", "127.0.0.1")
    county.pair("hall", in_days=-400)
    with Broker(tmp_path, *proof(tmp_path)) as broker:
        uplink = hall.uplink(tls(broker), **files(tmp_path), say=said)
        until(lambda: uplink.status()["code"] == "own_expired", "it looks at its own")
    assert uplink.status()["why"].startswith("本机的证书已过期，请县里发一次性登记码")


def said(code: str) -> str:
    return TEXTS.get(f"line.{code}")


def proof(folder: Path) -> tuple[str, ...]:
    return (
        f"cafile {folder}/county.crt",
        f"certfile {folder}/broker.crt",
        f"keyfile {folder}/broker.key",
        "require_certificate true",
    )


def files(folder: Path) -> dict[str, str]:
    names = {"ca_file": "county.crt", "cert_file": "hall.crt", "key_file": "hall.key"}
    return {name: str(folder / file) for name, file in names.items()}


def tls(broker: Broker) -> str:
    return broker.url.replace("mqtt:", "mqtts:")

"""A box's next certificate: asked for in time, proved by the broker, and what stands in the way."""

import shutil
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from edge import enrolment
from edge.center.authority import make_pair
from edge.center.enrolments import NotIssued
from edge.credentials import Credentials, Proof
from tests.broker import Broker
from tests.center.enrolling import HALL, OTHER, County
from tests.county.test_county_files import countys_broker
from tests.uplink.conftest import Hall
from tests.waiting import until


@pytest.fixture
def county(tmp_path: Path) -> Iterator[County]:
    with ExitStack() as stack:
        yield County(tmp_path / "county", stack)


@pytest.fixture
def broker(county: County, tmp_path: Path) -> Iterator[Broker]:
    with county.broker(tmp_path) as broker:
        yield broker


def in_days(hall: Hall, days: float, monkeypatch: pytest.MonkeyPatch) -> None:
    """The hall's clock, and it is believed."""
    now = hall.registrar.now
    later = timedelta(days=days)
    monkeypatch.setattr(hall.registrar, "now", lambda: replace(now(), trusted=True, at=now().at + later))


def test_within_sixty_days_of_the_end_the_box_gets_the_next_one_by_itself(
    county: County, broker: Broker, hall: Hall, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    box = Credentials(tmp_path / "box")
    enrolment.enrol(county.serve(days=90), HALL, county.code(), box)
    first = box.certificate()
    enrolling: dict[str, Any] = {"enroll": county.serve(days=365), "credentials": box}
    url = broker.url.replace("mqtt:", "mqtts:")
    in_days(hall, 20, monkeypatch)
    early = hall.uplink(url, **enrolling)
    until(lambda: early.status()["connected"] and early.status()["certificate"]["ends"] != "", "too early")
    early.stop()
    assert box.certificate() == first and not box.has_new
    in_days(hall, 25, monkeypatch)  # 45 in all: 45 are left
    uplink = hall.uplink(url, **enrolling, boot="boot-2")
    hall.write(5)
    until(lambda: box.certificate() != first, "the broker has let the new one in")
    hall.write(5)
    until(lambda: uplink.status()["connected"] and uplink.status()["lag"] == 0, "all has arrived")
    assert box.lasts()[1] - datetime.now(UTC) > timedelta(days=364)
    assert not box.has_new and uplink.status()["certificate"]["code"] == ""


def test_an_untrusted_clock_does_not_decide_when_a_certificate_ends(
    county: County, broker: Broker, hall: Hall, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    box = Credentials(tmp_path / "box")
    enrolment.enrol(county.serve(days=90), HALL, county.code(), box)
    in_days(hall, 45, monkeypatch)
    now = hall.registrar.now
    monkeypatch.setattr(hall.registrar, "now", lambda: replace(now(), trusted=False))
    uplink = hall.uplink(broker.url.replace("mqtt:", "mqtts:"), enroll=county.url, credentials=box)
    until(lambda: uplink.status()["certificate"]["code"] == "clock_renewal", "it waits and says so")
    assert uplink.status()["connected"] or uplink.status()["code"] == ""


def test_a_new_one_that_the_broker_turns_away_is_dropped_and_the_old_one_goes_on(
    county: County, broker: Broker, hall: Hall, tmp_path: Path
) -> None:
    box, theirs = Credentials(tmp_path / "box"), Credentials(tmp_path / "theirs")
    enrolment.enrol(county.serve(), HALL, county.code(), box)
    with ExitStack() as stack:
        stranger = County(tmp_path / "stranger", stack)
        enrolment.enrol(stranger.serve(), HALL, stranger.code(), theirs)
    shutil.copy(tmp_path / "theirs/hall.pem", tmp_path / "box/hall.new.pem")
    uplink = hall.uplink(
        broker.url.replace("mqtt:", "mqtts:"), enroll=county.url, credentials=box, patience_s=(0.05, 0.1)
    )
    hall.write(5)
    until(lambda: uplink.status()["certificate"]["code"] == "new_refused", "it is said")
    until(lambda: uplink.status()["connected"] and uplink.status()["lag"] == 0, "with the old one")
    assert not box.has_new


def test_a_center_that_seems_too_old_is_not_blamed_while_the_clock_is_in_doubt(
    county: County, broker: Broker, hall: Hall, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    box = Credentials(tmp_path / "box")
    enrolment.enrol(county.serve(days=90), HALL, county.code(), box)
    authority = county.enrolments().authority
    long_ago = datetime.now(UTC) - timedelta(days=400)
    make_pair(authority, county.authority, "center", ["127.0.0.1"], 365, now=long_ago)
    in_days(hall, 45, monkeypatch)  # the hall believes that, and the system's clock says another day
    uplink = hall.uplink(broker.url.replace("mqtt:", "mqtts:"), enroll=county.serve(), credentials=box)
    until(lambda: uplink.status()["certificate"]["code"] != "", "it could not be asked")
    assert uplink.status()["certificate"]["code"] == "clock"
    until(lambda: uplink.status()["connected"], "with the present certificate it goes on")


def test_a_countys_own_authority_below_another_serves_as_well(
    county: County, hall: Hall, tmp_path: Path
) -> None:
    """The broker knows the root only; whoever calls it brings what stands between."""
    root = county.enrolments().authority
    upper = (county.authority / "county.crt").read_bytes()
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "county, signing")])
    now = datetime.now(UTC)
    between = (
        x509.CertificateBuilder(root.chain[0].subject, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=2))
        .not_valid_after(now + timedelta(days=2000))
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(root.key, SHA256())
    )
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    (county.authority / "county.key").write_bytes(pem)
    (county.authority / "county.crt").write_bytes(between.public_bytes(Encoding.PEM) + upper)
    for name_ in ("center", "broker"):
        assert county.command("issue", name_, "--address", "127.0.0.1") == 0
        shutil.copy(county.authority / f"{name_}.crt", tmp_path)
        shutil.copy(county.authority / f"{name_}.key", tmp_path)
    (tmp_path / "county.crt").write_bytes(upper)
    box = Credentials(tmp_path / "box")
    enrolment.enrol(county.serve(), HALL, county.code(), box)
    with countys_broker(tmp_path) as broker:
        uplink = hall.uplink(broker.url.replace("mqtt:", "mqtts:"), enroll=county.url, credentials=box)
        until(lambda: uplink.status()["connected"], "it is let in")
        uplink.stop()
    first = box.certificate()
    with pytest.raises(ValueError, match="no longer"):
        enrolment.renew(county.url, HALL, box)
    assert box.certificate() == first


def test_a_county_that_changes_its_authority_takes_its_halls_along(
    county: County, hall: Hall, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    box, old = Credentials(tmp_path / "box"), (county.authority / "county.crt").read_bytes()
    enrolment.enrol(county.serve(days=90), HALL, county.code(), box)
    for name in ("county.crt", "county.key"):
        (county.authority / name).unlink()
    assert county.command("authority") == 0
    new = (county.authority / "county.crt").read_bytes()
    (county.authority / "county.crt").write_bytes(new + old)  # the broker's is signed by the former one still
    in_days(hall, 45, monkeypatch)
    first = box.certificate()
    with county.broker(tmp_path) as broker:
        url = broker.url.replace("mqtt:", "mqtts:")
        hall.uplink(url, enroll=county.serve(), credentials=box)
        until(lambda: box.certificate() != first, "signed by the new one, and let in")
    assert box.authority() == new + old


def test_a_disk_that_takes_no_change_does_not_cost_the_line(
    county: County, broker: Broker, hall: Hall, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    box = Credentials(tmp_path / "box")
    enrolment.enrol(county.serve(days=90), HALL, county.code(), box)
    enrolment.renew(county.serve(days=365), HALL, box)

    def full(proof: Proof) -> bool:
        raise OSError(30, "Read-only file system")

    monkeypatch.setattr(box, "proved", full)
    uplink = hall.uplink(broker.url.replace("mqtt:", "mqtts:"), enroll=county.url, credentials=box)
    hall.write(5)
    until(lambda: uplink.status()["lag"] == 0 and uplink.status()["connected"], "with the new one")
    assert box.has_new and uplink.status()["drops"] == 0


def test_who_may_not_renew(county: County, tmp_path: Path) -> None:
    box, enrolments = Credentials(tmp_path / "box"), county.enrolments()
    url = county.serve()
    enrolment.enrol(url, HALL, county.code(), box)
    request = box.request(HALL)
    with pytest.raises(NotIssued, match="malformed"):  # the certificate is public; only its key signs
        enrolments.renew(request, box.certificate(), "AAAA")
    with pytest.raises(NotIssued, match="malformed"):
        enrolments.renew(Credentials(tmp_path / "as").request(OTHER), box.certificate(), "AAAA")
    county.past_s = 366 * 86_400.0
    with pytest.raises(enrolment.NotEnrolled, match="certificate_ended"):
        enrolment.renew(url, HALL, box)
    county.past_s = 0.0
    enrolment.enrol(url, HALL, county.code(), Credentials(tmp_path / "spare"))
    with pytest.raises(enrolment.NotEnrolled, match="certificate_replaced"):
        enrolment.renew(url, HALL, box)
    with ExitStack() as stack:
        stranger = County(tmp_path / "stranger", stack)
        theirs = Credentials(tmp_path / "theirs")
        enrolment.enrol(stranger.serve(), HALL, stranger.code(), theirs)
        shutil.copy(tmp_path / "box/authority.pem", tmp_path / "theirs/authority.pem")
        with pytest.raises(enrolment.NotEnrolled, match="certificate_unknown"):
            enrolment.renew(url, HALL, theirs)

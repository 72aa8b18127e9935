"""What the doctor says of the box's certificate, its supply and its disk."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509

from edge.center.authority import Authority, ending_soon, make_authority, make_pair
from edge.credentials import Credentials
from edge.doctor import machine
from edge.settings_tables import UplinkSettings
from tests.edge.test_edge_host import FIRMWARE, box, card

HALL = "510000/510000001"
BY_CENTER = UplinkSettings(broker="mqtts://127.0.0.1", enroll="https://127.0.0.1:8701")


def said(findings: object) -> list[tuple[str, str]]:
    return [(str(f.level), f.name) for f in findings]  # type: ignore[attr-defined]


@pytest.mark.parametrize(("left", "level"), [(200, "ok"), (20, "warn"), (-1, "fail")])
def test_a_certificate_that_ends_is_said_in_time(left: int, level: str, tmp_path: Path) -> None:
    authority = Authority.load(*make_authority(tmp_path, "510000"))
    then = datetime.now(UTC) + timedelta(days=left, hours=1) - timedelta(days=365)
    assert said(machine.certificate(BY_CENTER, tmp_path)) == [("fail", "certificate")]
    by_center = Credentials(tmp_path / "county")
    request = x509.load_pem_x509_csr(by_center.request(HALL))
    issued = authority.issue(request.public_key(), HALL, 365, now=then)
    by_center.keep(authority.whole(issued), authority.pem(), HALL, at_once=True)
    assert said(machine.certificate(BY_CENTER, tmp_path)) == [(level, "certificate")]
    crt, key = make_pair(authority, tmp_path, "hall", [], 365, now=then)
    by_hand = UplinkSettings(broker="mqtts://127.0.0.1", cert_file=str(crt), key_file=str(key))
    assert said(machine.certificate(by_hand, tmp_path)) == [(level, "certificate")]
    assert len(ending_soon([crt, tmp_path / "county.crt"], 60)) == (left < 60)


def test_a_hall_without_certificates_hears_nothing_of_them(tmp_path: Path) -> None:
    assert said(machine.certificate(UplinkSettings(), tmp_path)) == []


def test_a_disk_that_fails_and_a_weak_supply_are_said(tmp_path: Path) -> None:
    data = tmp_path / "data"
    data.mkdir()
    root = card(tmp_path / "root", data, {"device/life_time": "0x09 0x01", "device/pre_eol_info": "0x03"})
    box(root, {FIRMWARE: "50000", "sys/fs/ext4/mmcblk0p2/errors_count": "2"})
    found = list(machine.health(data, root))
    assert said(found) == [("warn", "power"), ("warn", "disk errors"), ("warn", "disk life")]
    assert "90 % used" in found[2].detail

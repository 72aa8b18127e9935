"""The files for a county's tools: made from the code, or loaded by the very tool they are for."""

import datetime
import ipaddress
import json
import re
import shutil
import ssl
import subprocess
import threading
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID
from jsonschema import Draft202012Validator
from paho.mqtt.client import Client, MQTTv5
from paho.mqtt.enums import CallbackAPIVersion

from edge.center.metrics import metrics_text
from edge.entries import Entry
from edge.journal import entries_after
from tests.broker import Broker
from tests.county import asyncapi
from tests.waiting import until

ROOT = Path(__file__).resolve().parents[2]
FOLDER = asyncapi.FILE.parent
DOCUMENT = json.loads(asyncapi.FILE.read_text("utf-8"))


def check(name: str, message: Any) -> None:
    """As the document says of this schema; the first complaint otherwise."""
    schema = {"$ref": f"#/components/schemas/{name}", "components": DOCUMENT["components"]}
    found = sorted(Draft202012Validator(schema).iter_errors(message), key=lambda e: list(e.path))
    assert not found, f"{name}: {found[0].message}"


def sample(folder: Path, version: str) -> list[Entry]:
    """A copy is read: SQLite leaves files beside a journal that it reads."""
    shutil.copy(ROOT / "tests/golden/journals" / version / "journal.db", folder)
    return list(entries_after(folder / "journal.db", 0))


def test_the_document_is_what_the_code_says() -> None:
    assert asyncapi.made() == DOCUMENT, "run: python -m tests.county.asyncapi"


@pytest.mark.parametrize("version", sorted(p.name for p in (ROOT / "tests/golden/journals").iterdir()))
def test_every_entry_of_a_real_journal_is_as_the_document_says(version: str, tmp_path: Path) -> None:
    entries = sample(tmp_path, version)
    assert len({e.event.__class__ for e in entries}) > 20
    for entry in entries:
        check("CloudEvent", entry.cloud())


def test_a_wrong_entry_is_not(tmp_path: Path) -> None:
    entry = sample(tmp_path, "0.1.0")[0].cloud()
    for change in ({"sequence": 5}, {"source": "/5/5"}, {"data": []}, {"chain": "x"}):
        with pytest.raises(AssertionError):
            check("CloudEvent", {**entry, **change})


def test_prometheus_takes_the_rules_and_they_fire() -> None:
    promtool = shutil.which("promtool") or "promtool"
    for command in (["check", "rules", "alerts.yml"], ["test", "rules", "alerts.test.yml"]):
        done = subprocess.run([promtool, *command], cwd=FOLDER, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr


def test_prometheus_takes_the_config(tmp_path: Path) -> None:
    for file in FOLDER.glob("*.yml"):
        shutil.copy(file, tmp_path)
    (tmp_path / "center.password").write_text("x", "utf-8")
    promtool = shutil.which("promtool") or "promtool"
    done = subprocess.run(
        [promtool, "check", "config", "prometheus.yml"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_every_figure_that_rules_and_dashboard_name_is_there() -> None:
    exported = set(re.findall(r"^# TYPE (\w+)", metrics_text([], {}).decode(), re.M))
    texts = (FOLDER / "alerts.yml").read_text("utf-8") + (FOLDER / "grafana-dashboard.json").read_text(
        "utf-8"
    )
    named = set(re.findall(r"\bbianmin_\w+", texts))
    assert named and named <= exported


def test_the_other_files_are_whole() -> None:
    telegraf = tomllib.loads((FOLDER / "telegraf.conf").read_text("utf-8"))
    assert {i["name_override"] for i in telegraf["inputs"]["mqtt_consumer"] if "name_override" in i}
    dashboard = json.loads((FOLDER / "grafana-dashboard.json").read_text("utf-8"))
    assert len({p["id"] for p in dashboard["panels"]}) == len(dashboard["panels"]) == 9
    ids = re.findall(r"uuid: (\w{32})", (FOLDER / "zabbix-template.yaml").read_text("utf-8"))
    assert len(ids) == len(set(ids)) == 8


# --- the broker's own word on its rules ---------------------------------------------------------------------


class Authority:
    """A county's, for one test."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "county")])
        self._write("county", self._key, self._signed(self._name, self._key, is_ca=True))

    def issue(self, name: str) -> tuple[Path, Path]:
        """Certificate and key of somebody."""
        key = ec.generate_private_key(ec.SECP256R1())
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        return self._write(name.replace("/", "-"), key, self._signed(subject, key))

    def _signed(self, subject: x509.Name, key: Any, *, is_ca: bool = False) -> x509.Certificate:
        now = datetime.datetime.now(datetime.UTC)
        local = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))])
        builder = (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(self._name)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - datetime.timedelta(days=1))
            .not_valid_after(now + datetime.timedelta(days=1))
            .add_extension(x509.BasicConstraints(ca=is_ca, path_length=None), critical=True)
            .add_extension(local, critical=False)
        )
        return builder.sign(self._key, hashes.SHA256())

    def _write(self, name: str, key: Any, certificate: x509.Certificate) -> tuple[Path, Path]:
        crt, pem = self.folder / f"{name}.crt", self.folder / f"{name}.key"
        crt.write_bytes(certificate.public_bytes(Encoding.PEM))
        pem.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
        return crt, pem


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    return Authority(tmp_path)


@contextmanager
def countys_broker(folder: Path) -> Iterator[Broker]:
    """By the county's own file, with this test's port and places, and nothing kept on disk."""
    text = (FOLDER / "mosquitto.conf").read_text("utf-8")
    here = {
        "/etc/mosquitto/bianmin.acl": str(FOLDER / "mosquitto.acl"),
        "/etc/mosquitto/ca_certificates/county.crt": str(folder / "county.crt"),
        "/etc/mosquitto/certs/broker.crt": str(folder / "broker.crt"),
        "/etc/mosquitto/certs/broker.key": str(folder / "broker.key"),
    }
    for there, mine in here.items():
        text = text.replace(there, mine)
    with Broker(folder, absent=True) as broker:
        text = text.replace("listener 8883", f"listener {broker.port} 127.0.0.1")
        text = text.replace("persistence true", "persistence false")
        (folder / "mosquitto.conf").write_text(f"{text}\nuser root\n", "utf-8")
        broker.start()
        yield broker


def connected(port: int, authority: Authority, name: str, heard: list[str]) -> Client:
    client = Client(CallbackAPIVersion.VERSION2, f"test-{name}", protocol=MQTTv5)
    crt, key = authority.issue(name)
    context = ssl.create_default_context(cafile=str(authority.folder / "county.crt"))
    context.load_cert_chain(crt, key)
    client.tls_set_context(context)
    client.on_message = lambda c, u, m: heard.append(m.topic)
    client.connect("127.0.0.1", port, 30)
    client.loop_start()
    until(client.is_connected, f"{name} is let in")
    return client


def subscribed(client: Client, *topics: str) -> None:
    """With the broker's word on it: what is published before is lost to who has not subscribed."""
    done = threading.Event()
    client.on_subscribe = lambda *a: done.set()
    client.subscribe([(topic, 1) for topic in topics])
    assert done.wait(10), topics


def test_a_hall_speaks_and_hears_in_its_own_name_only(tmp_path: Path, authority: Authority) -> None:
    authority.issue("broker")
    ours, other = "510000/510000001", "510000/510000002"
    heard: dict[str, list[str]] = {"center": [], ours: [], other: []}
    with countys_broker(tmp_path) as broker:
        clients = {name: connected(broker.port, authority, name, heard[name]) for name in heard}
        try:
            subscribed(clients["center"], "bianmin/v1/+/+/events")
            for name in (ours, other):
                subscribed(clients[name], f"bianmin/v1/{name}/commands", f"bianmin/v1/{ours}/commands")
            forged = clients[other].publish(f"bianmin/v1/{ours}/events", b"forged", qos=1)
            honest = clients[ours].publish(f"bianmin/v1/{ours}/events", b"honest", qos=1)
            for sent in (forged, honest):
                sent.wait_for_publish(10)
            clients["center"].publish(f"bianmin/v1/{ours}/commands", b"go", qos=1).wait_for_publish(10)
            until(lambda: bool(heard["center"] and heard[ours]), "what is allowed arrives")
            clients[other].publish(f"bianmin/v1/{other}/events", b"last", qos=1).wait_for_publish(10)
            until(lambda: len(heard["center"]) >= 2, "and the last of it")
        finally:
            for client in clients.values():
                client.disconnect()
                client.loop_stop()
    assert heard["center"] == [f"bianmin/v1/{ours}/events", f"bianmin/v1/{other}/events"]
    assert heard[ours] == [f"bianmin/v1/{ours}/commands"] and heard[other] == []


def test_who_has_no_certificate_of_the_county_is_not_let_in(tmp_path: Path, authority: Authority) -> None:
    authority.issue("broker")
    stranger_home = tmp_path / "stranger"
    stranger_home.mkdir()
    stranger = Authority(stranger_home)
    with countys_broker(tmp_path) as broker:
        context = ssl.create_default_context(cafile=str(tmp_path / "county.crt"))
        context.load_cert_chain(*stranger.issue("510000/510000001"))
        client = Client(CallbackAPIVersion.VERSION2, "stranger", protocol=MQTTv5)
        client.tls_set_context(context)
        refused = []
        client.on_disconnect = lambda *a: refused.append(a)
        with pytest.raises((OSError, AssertionError)):
            client.connect("127.0.0.1", broker.port, 30)
            client.loop_start()
            until(client.is_connected, "never", 3)
        client.loop_stop()

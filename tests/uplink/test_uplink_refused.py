"""A broker that refuses, freezes or wants proof; real certificates, made for the test."""

import os
import signal
import socket
import subprocess
import time
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.broker import Broker, Recorder
from tests.uplink.conftest import Hall
from tests.waiting import until


def test_a_frozen_broker_is_said_and_does_not_keep_the_hall_from_stopping(hall: Hall, broker: Broker) -> None:
    uplink = hall.uplink(broker.url)
    until(lambda: uplink.status()["connected"], "connected")
    os.kill(broker.pid, signal.SIGSTOP)
    try:
        hall.write(50)
        until(lambda: uplink.status()["lag"] >= 50, "nothing is acknowledged")
        uplink.stop()
    finally:
        os.kill(broker.pid, signal.SIGCONT)
    assert not uplink.status()["connected"]


def test_a_line_that_swallows_everything_is_not_taken_for_a_hanging_thread(hall: Hall) -> None:
    with socket.create_server(("127.0.0.1", 0), backlog=0) as deaf, ExitStack() as crowd:
        for _ in range(
            3
        ):  # Linux drops the handshake of who comes when the queue is full: the connection hangs
            waiting = crowd.enter_context(socket.socket())
            waiting.setblocking(False)
            waiting.connect_ex(deaf.getsockname())
        uplink = hall.uplink(f"mqtt://127.0.0.1:{deaf.getsockname()[1]}")
        begun = time.monotonic()
        until(lambda: uplink.beat() > begun + 1.5, "it beats while it connects in vain")
        assert uplink.status()["why"] == "not yet connected"
        until(lambda: "timed out" in uplink.status()["why"], "in the end it says so")


def test_an_entry_that_the_broker_refuses_moves_no_cursor(hall: Hall, tmp_path: Path) -> None:
    acl = tmp_path / "acl"
    acl.write_text("topic read bianmin/#\ntopic write bianmin/v1/510000/510000001/status\n")
    with Broker(tmp_path, f"acl_file {acl}") as broker:
        hall.write(3)
        uplink = hall.uplink(broker.url)
        until(lambda: "refused a message: Not authorized" in uplink.status()["why"], "the status says why")
        assert (uplink.status()["cursor"], uplink.status()["lag"]) == (0, hall.journal.head)


def test_a_password_comes_from_its_file_and_a_wrong_one_is_said(hall: Hall, tmp_path: Path) -> None:
    (tmp_path / "right").write_text("s3cret\n")
    (tmp_path / "wrong").write_text("guess\n")
    users = tmp_path / "users"
    users.touch(mode=0o600)
    subprocess.run(["mosquitto_passwd", "-b", str(users), "hall", "s3cret"], check=True, capture_output=True)
    with Broker(tmp_path, "allow_anonymous false", f"password_file {users}") as broker:
        uplink = hall.uplink(broker.url, user="hall", password_file=str(tmp_path / "wrong"))
        until(lambda: "the broker refused: Not authorized" in uplink.status()["why"], "the status says why")
        uplink.stop()
        uplink = hall.uplink(broker.url, user="hall", password_file=str(tmp_path / "gone"))
        until(lambda: "No such file" in uplink.status()["why"], "the status names the file")
        uplink.stop()
        uplink = hall.uplink(broker.url, user="hall", password_file=str(tmp_path / "right"))
        until(lambda: uplink.status()["connected"], "the right one is let in")


def test_with_client_certificates_only_the_known_hall_is_let_in(hall: Hall, tmp_path: Path) -> None:
    made = Authority(tmp_path, "county")
    made.sign("broker")
    made.sign("hall")
    Authority(tmp_path, "stranger").sign("stranger-hall")
    proof = (
        f"cafile {tmp_path}/county.pem",
        f"certfile {tmp_path}/broker.pem",
        f"keyfile {tmp_path}/broker.key",
    )
    with Broker(tmp_path, *proof, "require_certificate true") as broker:
        url = broker.url.replace("mqtt:", "mqtts:")
        known = {"ca_file": f"{tmp_path}/county.pem"}
        bare = hall.uplink(url, **known)
        until(lambda: bare.status()["why"] not in ("", "not yet connected"), "without a certificate: refused")
        bare.stop()
        lost = hall.uplink(url, cert_file=f"{tmp_path}/hall.pem", key_file=f"{tmp_path}/hall.key")
        until(lambda: "certificate verify failed" in lost.status()["why"], "an unknown broker is not trusted")
        lost.stop()
        uplink = hall.uplink(url, **known, cert_file=f"{tmp_path}/hall.pem", key_file=f"{tmp_path}/hall.key")
        hall.write(3)
        until(lambda: uplink.status()["connected"] and uplink.status()["lag"] == 0, "delivered")


def test_many_cuts_leave_no_file_and_no_thread_behind(hall: Hall, broker: Broker) -> None:
    uplink = hall.uplink(broker.url, patience_s=(0.01, 0.02))
    counts = []
    for _ in range(12):
        until(lambda: uplink.status()["connected"], "connected")
        broker.kill()
        until(lambda: not uplink.status()["connected"], "cut")
        counts.append(len(list(Path("/proc/self/fd").iterdir())))
        broker.start()
    assert max(counts[6:]) <= max(counts[:6])


@pytest.mark.parametrize("url", ["http://127.0.0.1", "mqtt://", "127.0.0.1:1883"])
def test_what_is_no_address_of_a_broker_is_refused_at_once(hall: Hall, url: str) -> None:
    with pytest.raises(ValueError, match="mqtt"):
        hall.uplink(url)


def test_the_recorder_comes_back_to_a_broker_that_was_killed(broker: Broker, center: Recorder) -> None:
    broker.restart()
    center.wait_subscribed()
    center.publish("any/events", b"{}")
    center.wait_for("events", bool)


class Authority:
    """Certificates for a test, written as NAME.pem and NAME.key."""

    def __init__(self, folder: Path, name: str) -> None:
        self._folder, self._name = folder, x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._write(name, self._builder(self._name, self._key, authority=True), self._key)

    def sign(self, name: str) -> None:
        key = ec.generate_private_key(ec.SECP256R1())
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        self._write(name, self._builder(subject, key, authority=False), key)

    def _builder(self, subject: x509.Name, key: ec.EllipticCurvePrivateKey, *, authority: bool):
        begin = datetime.now(UTC) - timedelta(days=1)
        return (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(self._name)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(begin)
            .not_valid_after(begin + timedelta(days=30))
            .add_extension(x509.BasicConstraints(ca=authority, path_length=None), critical=True)
            .add_extension(
                x509.SubjectAlternativeName([x509.IPAddress(IPv4Address("127.0.0.1"))]), critical=False
            )
        )

    def _write(self, name: str, builder: x509.CertificateBuilder, key: ec.EllipticCurvePrivateKey) -> None:
        pem = builder.sign(self._key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)
        (self._folder / f"{name}.pem").write_bytes(pem)
        secret = key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        (self._folder / f"{name}.key").write_bytes(secret)

"""A box's certificate from the code to the renewal: a real HTTPS center, a real broker that wants proof."""

import http.client
import json
import os
import re
import shutil
import signal
import ssl
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from edge import enrolment
from edge.__main__ import main
from edge.center.enrolment_door import EnrolmentDoor
from edge.center.enrolments import Enrolments, NotIssued
from edge.center.store import Store
from edge.credentials import Credentials
from edge.enrolment_codes import Code, read_code
from edge.paths import shared
from tests.broker import Broker
from tests.center.enrolling import HALL, OTHER, TEXTS, County
from tests.uplink.conftest import Hall
from tests.waiting import until

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def county(tmp_path: Path) -> Iterator[County]:
    with ExitStack() as stack:
        yield County(tmp_path / "county", stack)


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """A hall's folder, in this county."""
    folder = tmp_path / "config"
    shutil.copytree(shared("demo"), folder)
    hall = (folder / "hall.toml").read_text("utf-8")
    (folder / "hall.toml").write_text(
        hall.replace("999001001", "510000001").replace("999001", "510000"), "utf-8"
    )
    return folder


@pytest.fixture
def enroll(config: Path, capsys: pytest.CaptureFixture[str]) -> Callable[..., tuple[int, str]]:
    """`bianmin enroll`; status and what it said."""

    def run(county: County, data: Path, code: object) -> tuple[int, str]:
        (config / "uplink.toml").write_text(
            f'[uplink]\nbroker = "mqtts://127.0.0.1"\nenroll = "{county.url}"\n'
        )
        capsys.readouterr()
        status = main(["enroll", str(config), "--data", str(data), "--code", str(code)])
        said = capsys.readouterr()
        return status, said.out + said.err

    return run


@pytest.fixture
def broker(county: County, tmp_path: Path) -> Iterator[Broker]:
    with county.broker(tmp_path) as broker:
        yield broker


def test_a_code_gives_a_box_its_certificate_and_the_broker_lets_it_in(
    county: County,
    broker: Broker,
    enroll: Any,
    hall: Hall,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    county.serve()
    capsys.readouterr()
    assert county.command("code", "510000001", "--days", "2") == 0
    code = capsys.readouterr().out.strip()
    assert re.fullmatch(r"([0-9A-Z]{4}-){8}[0-9A-Z]{4}", code)
    status, said = enroll(county, tmp_path / "data", code.lower().replace("-", " "))
    assert (status, said.count("\n")) == (0, 1) and said.startswith("站街镇便民服务中心已登记，证书有效到")
    folder = tmp_path / "data/county"
    assert {(p.name, p.stat().st_mode & 0o777) for p in folder.iterdir()} == {
        ("authority.pem", 0o600),
        ("hall.pem", 0o600),
    }
    uplink = hall.uplink(
        broker.url.replace("mqtt:", "mqtts:"), enroll=county.url, credentials=Credentials(folder)
    )
    hall.write(3)
    until(lambda: uplink.status()["lag"] == 0 and uplink.status()["connected"], "it is let in")
    assert uplink.status()["certificate"]["code"] == ""
    ends = datetime.fromisoformat(uplink.status()["certificate"]["ends"])
    assert timedelta(days=364) < ends - datetime.now(UTC) < timedelta(days=366)


def test_a_box_without_a_certificate_says_so_and_comes_once_it_has_one(
    county: County, broker: Broker, hall: Hall, tmp_path: Path
) -> None:
    credentials = Credentials(tmp_path / "county")
    uplink = hall.uplink(
        broker.url.replace("mqtt:", "mqtts:"),
        enroll=county.serve(),
        credentials=credentials,
        say=lambda code: TEXTS.get(f"line.{code}"),
    )
    until(lambda: uplink.status()["code"] == "not_enrolled", "it says what is missing")
    assert uplink.status()["why"].startswith("本机还没有证书，请县里发一次性登记码")
    enrolment.enrol(county.url, HALL, county.code(), credentials)
    until(lambda: uplink.status()["connected"], "nobody had to restart it")
    until(lambda: uplink.status()["certificate"]["ends"] != "", "it knows how long that lasts")
    assert (uplink.status()["code"], uplink.status()["certificate"]["code"]) == ("", "")


def test_why_no_certificate_is_given_is_said_in_chinese(county: County, enroll: Any, tmp_path: Path) -> None:
    county.serve()
    used, mine = county.code(), tmp_path / "mine"
    assert enroll(county, mine, used)[0] == 0
    said = {
        "登记码已经用过": used,
        "发给另一个大厅": county.code(OTHER),
        "不认识这个登记码": Code("0" * 15, used.authority),
        "不是发这个登记码的县中心": Code(county.code().secret, "Z" * 20),
        "输入有误": f"{county.code()}"[:-1] + "~",
    }
    for number, (words, code) in enumerate(said.items()):
        status, told = enroll(county, tmp_path / f"thief-{number}", code)
        assert (status in (1, 2), told.count("\n"), words in told) == (True, 1, True), told
        assert not (tmp_path / f"thief-{number}/county/hall.pem").exists()
    late = county.code()
    county.past_s = 2 * 86_400.0
    assert "登记码已过期" in enroll(county, tmp_path / "late", late)[1]


def test_a_box_whose_clock_is_wrong_blames_the_clock(county: County, config: Path, tmp_path: Path) -> None:
    """A real box's process, and libfaketime turns its clock."""
    (library,) = sorted(Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1"))[:1]
    (config / "uplink.toml").write_text(
        f'[uplink]\nbroker = "mqtts://127.0.0.1"\nenroll = "{county.serve()}"\n'
    )
    words = ("-m", "edge", "enroll", config, "--data", tmp_path / "data", "--code", str(county.code()))
    environment = {**os.environ, "LD_PRELOAD": str(library), "FAKETIME": "@2020-01-01 12:00:00"}
    done = subprocess.run(
        [sys.executable, *map(str, words)],
        env=environment,
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (1, "", 1)
    assert done.stderr.startswith("bianmin: 时钟不可信，证书可能被误判为已过期或还没有生效")
    assert not (tmp_path / "data/county/hall.pem").exists()


def test_a_code_is_said_to_nobody_but_the_center_that_made_it(county: County, tmp_path: Path) -> None:
    with ExitStack() as stack:
        stranger = County(tmp_path / "stranger", stack)
        stranger.serve()
        code = county.code()
        with pytest.raises(enrolment.NotEnrolled, match="other_center"):
            enrolment.enrol(stranger.url, HALL, code, Credentials(tmp_path / "box"))
        # Who passes the right authority on, but is another, is not believed either.
        stranger_files = stranger.authority / "center.crt", stranger.authority / "center.key"
        liar = EnrolmentDoor(county.enrolments(), TEXTS, "127.0.0.1:0", *stranger_files)
        stack.callback(liar.stop)
        with pytest.raises(ssl.SSLCertVerificationError):
            enrolment.enrol(f"https://127.0.0.1:{liar.start()}", HALL, code, Credentials(tmp_path / "box"))
        assert county.enrolments().enrol(HALL, code.secret, Credentials(tmp_path / "right").request(HALL))


def test_an_answer_that_was_lost_may_be_asked_for_again_by_the_same_box(
    county: County, tmp_path: Path
) -> None:
    code, box = county.code(), Credentials(tmp_path / "box")
    county.enrolments().enrol(HALL, code.secret, box.request(HALL))
    enrolment.enrol(county.serve(), HALL, code, box)
    assert box.is_there
    with pytest.raises(NotIssued, match="code_used"):
        county.enrolments().enrol(HALL, code.secret, Credentials(tmp_path / "thief").request(HALL))


def test_two_boxes_that_use_one_code_at_once_get_one_certificate(
    county: County, store: Store, tmp_path: Path
) -> None:
    """In either kind of store."""
    enrolments = Enrolments(store, county.enrolments().authority, 365)
    code, ready = enrolments.new_code(HALL, 1)[0], threading.Barrier(4)
    results: list[str] = []

    def come(number: int) -> None:
        request = Credentials(tmp_path / f"box-{number}").request(HALL)
        ready.wait()
        try:
            enrolments.enrol(HALL, code.secret, request)
            results.append("issued")
        except NotIssued as no:
            results.append(str(no))

    threads = [threading.Thread(target=come, args=(n,)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(results) == ["code_used"] * 3 + ["issued"]


@pytest.mark.parametrize(
    "body", [b"", b"[]", b"{" * 5000, b'{"hall": 5}', b'{"hall": "\\ud800"}', b"x" * 50_000]
)
def test_nonsense_at_the_door_gets_a_plain_no(county: County, body: bytes) -> None:
    county.serve()
    context = ssl.create_default_context(cafile=str(county.authority / "county.crt"))
    line = http.client.HTTPSConnection("127.0.0.1", int(county.url.rpartition(":")[2]), context=context)
    line.request("POST", "/certificates", body)
    answer = line.getresponse()
    said = json.loads(answer.read())
    line.close()
    assert (answer.status, said["reason"], said["detail"]) == (400, "malformed", "请求不完整")


def test_a_kill_in_the_middle_of_writing_leaves_a_certificate_that_works(
    county: County, tmp_path: Path
) -> None:
    enrolment.enrol(county.serve(), HALL, county.code(), Credentials(tmp_path / "box"))
    issued = json.dumps([county.url, str(tmp_path / "box"), str(county.code())])
    writer = (
        "import json, sys; from pathlib import Path; from edge import enrolment as e;"
        "from edge.credentials import Credentials; from edge.enrolment_codes import read_code;"
        "url, box, code = json.loads(sys.argv[1]); print('go', flush=True)\n"
        "while True:\n e.enrol(url, '510000/510000001', read_code(code), Credentials(Path(box)))\n"
        " Path(box, 'again').write_text('')\n"
    )
    for pause_s in (0.0, 0.007, 0.013, 0.031, 0.05):
        with subprocess.Popen(
            [sys.executable, "-c", writer, issued], cwd=ROOT, stdout=subprocess.PIPE
        ) as child:
            assert child.stdout is not None and child.stdout.readline() == b"go\n"
            if not pause_s:
                until((tmp_path / "box/again").exists, "it writes, again and again")
            threading.Event().wait(pause_s)
            child.send_signal(signal.SIGKILL)
        context = ssl.create_default_context(cafile=str(tmp_path / "box/authority.pem"))
        context.load_cert_chain(tmp_path / "box/hall.pem")
    box = Credentials(tmp_path / "box")
    enrolment.enrol(county.url, HALL, county.code(), box)
    assert box.lasts()[1] > datetime.now(UTC)


def test_a_slip_of_the_finger_is_seen_before_anybody_is_asked(county: County) -> None:
    code = str(county.code())
    assert str(read_code(code.lower().replace("0", "o").replace("1", "l"))) == code
    plain = code.replace("-", "")
    swapped = [plain[:i] + plain[i + 1] + plain[i] + plain[i + 2 :] for i in range(len(plain) - 1)]
    mistyped = [plain[:i] + ("8" if plain[i] != "8" else "B") + plain[i + 1 :] for i in range(len(plain))]
    for wrong in ("", code[:-1], code + "0", code.replace(code[0], "U", 1), *swapped, *mistyped):
        if wrong != plain:
            with pytest.raises(ValueError, match="no code"):
                read_code(wrong)

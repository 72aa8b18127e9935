"""The county's operator signs a command and sends it from a terminal; a real hall does it, or says no."""

import json
import tomllib
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from edge.__main__ import main
from tests.broker import Broker, Recorder
from tests.center.test_center_and_hall import doings
from tests.county.test_county_files import check
from tests.uplink.conftest import Hall
from tests.waiting import until

Operator = Callable[..., tuple[int, str, str]]
NOTICE = json.dumps({"id": "n1", "text": "明天上午停电"}, ensure_ascii=False)


@pytest.fixture
def operator(broker: Broker, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Operator:
    """`bianmin center DIR …`: status, what it said, what it complained of."""
    folder = tmp_path / "center"
    folder.mkdir()
    (folder / "center.toml").write_text(
        f'[center]\ncounty = "510000"\nbroker = "{broker.url}"\nlisten = ""\n'
    )

    def run(*words: str) -> tuple[int, str, str]:
        capsys.readouterr()
        status = main(["center", str(folder), "--data", str(tmp_path), *words])
        said = capsys.readouterr()
        return status, said.out, said.err

    return run


@pytest.fixture
def key(operator: Operator, tmp_path: Path) -> dict[str, str]:
    status, said, _ = operator("key", "county-2027")
    assert status == 0 and (tmp_path / "center/keys/county-2027.key").stat().st_mode & 0o777 == 0o600
    found: dict[str, str] = tomllib.loads(said)["uplink"]["keys"]
    return found


def test_a_signed_command_is_done_and_an_unsigned_one_is_not(
    operator: Operator,
    key: dict[str, str],
    hall: Hall,
    broker: Broker,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    now = hall.registrar.now
    monkeypatch.setattr(hall.registrar, "now", lambda: replace(now(), trusted=True))
    uplink = hall.uplink(broker.url, keys=key, doings=doings(hall, tmp_path))
    until(lambda: uplink.status()["connected"], "the hall hears")
    with Recorder(broker.port, topic="bianmin/v1/+/+/commands") as heard:
        status, said, _ = operator("send", "510000001", "notice.set", NOTICE, "--key", "county-2027")
        answers = [json.loads(line) for line in said.splitlines()]
        assert (status, [a["state"] for a in answers]) == (0, ["accepted", "done"])
        assert hall.registrar.view.notices == ("明天上午停电",)
        check("Command", heard.wait_for("commands", bool)[0].json())
    status, said, _ = operator("send", "510000001", "notice.clear", '{"id": "n1"}')
    assert (status, json.loads(said)["reason"]) == (1, "unsigned")
    assert operator("key", "stranger")[0] == 0
    status, said, _ = operator("send", "510000001", "notice.clear", '{"id": "n1"}', "--key", "stranger")
    assert (status, json.loads(said)["reason"]) == (1, "unknown_key")
    assert hall.registrar.view.notices, "nobody has taken it away"


def test_a_hall_that_is_away_does_not_answer(operator: Operator, key: dict[str, str]) -> None:
    status, said, complaint = operator(
        "send", "510000002", "device.restart", "{}", "--key", "county-2027", "--wait", "0.5"
    )
    assert (status, said) == (1, "") and "no answer; 510000/510000002" in complaint


@pytest.mark.parametrize(
    ("words", "what"),
    [
        (("send", "5100", "notice.set"), "no hall's code"),
        (("send", "510000001", "notice.set", "{"), "ARGS is no JSON"),
        (("send", "510000001", "notice.set", "[]"), "ARGS is no JSON object"),
        (("send", "510000001", "notice.set", "{}", "--key", "nobody"), "no signing key"),
        (("key", "../x"), "letters, digits and hyphens"),
        (("code", "12"), "no hall's code"),
        (("issue", "510000/510000001"), "gets its certificate by a code"),
        (("code", "510000001"), "county.crt"),
    ],
)
def test_what_cannot_be_is_one_line(words: tuple[str, ...], what: str, operator: Operator) -> None:
    status, _, complaint = operator(*words)
    assert status == 2 and what in complaint and complaint.count("\n") == 1


def test_a_key_is_never_written_over(operator: Operator, key: dict[str, str]) -> None:
    status, _, complaint = operator("key", "county-2027")
    assert status == 1 and "there already" in complaint

"""A few thousand invented inputs for every decoder; `make fuzz` takes a million."""

import tomllib
from contextlib import ExitStack

from drivers.board_onbon_k import FRAMES
from drivers.twins.board import BoardTwin
from tests.fuzz.__main__ import main, try_out
from tests.fuzz.decoders import all_of_them

FEW = 400


def test_no_decoder_fails_on_invented_bytes(tmp_path):
    faults, names = {}, []
    with ExitStack() as open_:
        for decoder in all_of_them(tmp_path, open_):
            names.append(decoder.name)
            fault, _ = try_out(decoder, FEW, seed=20261122)
            if fault:
                faults[decoder.name] = fault
    assert faults == {}
    assert {"frame clerk-pad-ff68", "twin PrinterTwin", "key records"} <= set(names)


def test_a_run_goes_on_where_it_was_broken_off_and_begins_anew_where_the_source_has_changed(tmp_path, capsys):
    def run(*words):
        part = ["printer's answers", "--jobs=1", f"--results={tmp_path}", *words]
        return main(part), capsys.readouterr().out

    assert run("--inputs=300")[0] == 0
    (file,) = tmp_path.iterdir()
    row = tomllib.loads(file.read_text("utf-8"))["printer's answers"]
    assert (row["inputs"], len(row["digest"])) == (300, 16)
    status, said = run("--inputs=500", "--status")
    assert status == 1 and "300 of 500" in said
    assert "500 inputs" in run("--inputs=500")[1]
    assert tomllib.loads(file.read_text("utf-8"))["printer's answers"]["inputs"] == 500
    file.write_text(file.read_text("utf-8").replace(row["digest"], "0" * 16), "utf-8")
    status, said = run("--inputs=500", "--status")
    assert status == 1 and "0 of 500, changed since" in said


def test_a_board_refuses_a_command_of_one_byte_as_it_refuses_one_that_it_does_not_know():
    """Found by `make fuzz`: the check sum is right, and there is no second byte."""
    board = BoardTwin("board", {"address": 1})
    (said,) = [*board.receive(FRAMES.encode(data=b"\xa2\x77\x01\x00\x00"), 0.0)]
    assert FRAMES.payload(FRAMES.decode(said.chunk))[:3] == b"\xa0\x01\x02"
    assert [*board.receive(FRAMES.encode(data=b"\xa1"), 0.0)] == []

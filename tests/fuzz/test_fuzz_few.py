"""A few thousand invented inputs for every decoder; `make fuzz` takes a million."""

from contextlib import ExitStack

from tests.fuzz.__main__ import try_out
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

"""`python -m tests.lab.inside PART` on the emulated machine: says each outcome as a line of JSON."""

import importlib
import json
import logging
import sys
import time

from tests.lab.inside.checking import Checks


def main(part: str) -> None:
    logging.basicConfig(level=logging.INFO, format="%(relativeCreated)d %(name)s %(message)s")
    began = time.monotonic()
    checks = Checks(part)
    with checks("the part runs to its end"):
        importlib.import_module(f"tests.lab.inside.{part}").run(checks)
    print(json.dumps({"part": part, "ended": round(time.monotonic() - began, 1)}))


if __name__ == "__main__":
    main(sys.argv[1])

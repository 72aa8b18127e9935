"""`python -m edge.scan PICTURE [--desk PICTURE]`: the daemon's child; one JSON object on standard output."""

import argparse
import json
import sys
from pathlib import Path

from edge.scan.evidence import bare_desk
from edge.scan.files import BadPicture, read
from edge.scan.scan import scan


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m edge.scan", description=__doc__)
    parser.add_argument("picture", type=Path)
    parser.add_argument("--desk", type=Path)
    args = parser.parse_args(argv)
    try:
        bare = bare_desk(read(args.desk)) if args.desk else None
        found = scan(read(args.picture), str(args.picture), bare)
    except BadPicture as error:
        sys.stderr.write(f"{error}\n")
        return 2
    sys.stdout.write(json.dumps(found.to_json()) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""`bianmin backup`: one file with all that a spare box needs, while the daemon goes on."""

import argparse
import sys
from pathlib import Path

from edge import archive, recovery
from edge.commands.folders import take_data
from edge.commands.long_work import shown_progress


def configure(parser: argparse.ArgumentParser) -> None:
    take_data(parser)
    parser.add_argument("-o", "--out", metavar="FILE", type=Path, required=True, help="hall.tar.gz")
    parser.add_argument("--config", metavar="DIR", type=Path, help="the config folder, to be in it too")
    parser.add_argument("--new-code", action="store_true", help="seal with a new recovery code from now on")


def run(args: argparse.Namespace) -> int:
    """Exit status: 0 written, 1 it could not be, 2 wrong input. Raises JournalError."""
    if wrong := _wrong(args):
        print(f"bianmin: {wrong}", file=sys.stderr)
        return 2
    kept = None if args.new_code else recovery.load(args.data)
    seal = kept or _new_seal(args.data)
    try:
        with shown_progress() as progress:
            archive.write(args.data, args.config, args.out, seal, progress)
    except OSError as error:
        print(f"bianmin: {args.out}: {error.strerror or error}", file=sys.stderr)
        return 1
    print(f"{args.out}: {args.out.stat().st_size / 1e6:.1f} MB")
    if kept:
        print("sealed with the recovery code that was shown at first (another one: --new-code)")
    return 0


def _new_seal(data: Path) -> recovery.Recovery:
    """Kept and shown before anything is sealed with it. Raises JournalError."""
    code = recovery.new_code()
    seal = recovery.from_code(code)
    recovery.keep(data, seal)
    print(
        f"recovery code: {code}\nWrite it down now, and keep it away from the box: it is not shown again,"
        " and no backup opens without it."
    )
    return seal


def _wrong(args: argparse.Namespace) -> str:
    if args.out.exists():
        return f"{args.out}: is there already; name another file"
    if not args.out.absolute().parent.is_dir():
        return f"{args.out.absolute().parent}: no such folder"
    if not (args.data / archive.JOURNAL).exists():
        return f"{args.data / archive.JOURNAL}: there is no journal (is --data right?)"
    if args.config and not (args.config / "hall.toml").exists():
        return f"{args.config}: no config folder (is --config right?)"
    return ""

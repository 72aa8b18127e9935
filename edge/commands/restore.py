"""`bianmin restore FILE`: a backup into an empty data folder, for a spare box or a new card."""

import argparse
import sys
from pathlib import Path

from edge import archive
from edge.archive import NotRestorable, Restored
from edge.commands.long_work import shown_progress
from edge.recovery import WrongCode


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", metavar="FILE", type=Path, help="from `bianmin backup`")
    parser.add_argument("--data", metavar="D", type=Path, required=True, help="an empty folder, or a new one")
    parser.add_argument(
        "--config", metavar="DIR", type=Path, help="where the settings go, empty or new (D/config)"
    )
    parser.add_argument("--code", metavar="FILE", type=Path, help="a file with the recovery code; else asked")


def run(args: argparse.Namespace) -> int:
    """Exit status: 0 restored, 1 it could not be, 2 wrong input; the folders are then as before."""
    config = args.config or args.data / "config"
    try:
        code = args.code.read_text("utf-8") if args.code else _asked()
        with shown_progress() as progress:
            restored = archive.restore(args.file, args.data, config, code, progress)
    except (NotRestorable, WrongCode) as error:
        print(f"bianmin: {error}", file=sys.stderr)
        return 2
    except (OSError, UnicodeDecodeError) as error:
        print(f"bianmin: {error}", file=sys.stderr)
        return 1
    _say(restored, args.data)
    return 0


def _asked() -> str:
    if sys.stdin.isatty():
        return input("recovery code: ")
    return sys.stdin.readline()


def _say(restored: Restored, data: Path) -> None:
    print(
        f"restored as of {restored.made_at}: {restored.head} entries, chain whole;"
        f" goes on as journal {restored.journal} after {restored.former}"
    )
    print("numbers of a day that had begun go on in the upper half of each range")
    if any(restored.config.iterdir()):
        print(f"next: bianmin check {restored.config} && bianmin run {restored.config} --data {data}")
    else:
        print(f"the backup had no settings; next: bianmin run DIR --data {data}")

"""`bianmin journal`: check the chain, look at the last entries, hand all of them out."""

import argparse
import json
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from edge import checkpoint
from edge.commands.folders import take_data
from edge.journal import Entry, entries_after, head
from edge.verify import verify

JOURNAL_FILE = "journal.db"
_LOOK_EVERY_S = 0.5


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("what", choices=("verify", "tail", "export"))
    take_data(parser)
    parser.add_argument("-n", "--lines", type=int, default=10, help="tail: how many entries")
    parser.add_argument("-f", "--follow", action="store_true", help="tail: go on with what comes")
    parser.add_argument("--after", type=int, default=0, metavar="SEQ", help="export: only what comes after")


def run(args: argparse.Namespace) -> int:
    """Exit status: 0 well, 1 a bad entry, 2 no journal there. Raises JournalError where it cannot be read."""
    path = args.data / JOURNAL_FILE
    if not path.exists():
        print(f"{path}: there is no journal (is --data right?)", file=sys.stderr)
        return 2
    if args.what == "verify":
        return _verify(path)
    _print(_tail(path, args.lines, args.follow) if args.what == "tail" else entries_after(path, args.after))
    return 0


def _verify(path: Path) -> int:
    verdict = verify(path)
    if verdict.bad_seq:
        print(f"{path}: bad at entry {verdict.bad_seq}: {verdict.problem}", file=sys.stderr)
        return 1
    if verdict.checkpoint == "other":
        print(f"{path}: {checkpoint.FILE} is not what the journal says; delete it", file=sys.stderr)
        return 1
    pruned = f", from {verdict.first} on" if verdict.first > 1 else ""
    same = ", checkpoint the same" if verdict.checkpoint == "same" else ""
    whole = f"{verdict.entries} entries{pruned}, chain whole{same}"
    print(f"{path}: {whole}, journal {verdict.journal}, head {verdict.head}")
    return 0


def _tail(path: Path, lines: int, follow: bool) -> Iterator[Entry]:
    seq = max(head(path) - lines, 0)
    while True:
        for entry in entries_after(path, seq):
            yield entry
            seq = entry.seq
        if not follow:
            return
        # Another process writes: there is nothing to wait on but the file.
        time.sleep(_LOOK_EVERY_S)


def _print(entries: Iterator[Entry]) -> None:
    for entry in entries:
        print(json.dumps(entry.cloud(), ensure_ascii=False), flush=True)

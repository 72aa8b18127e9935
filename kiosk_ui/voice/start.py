"""`python -m kiosk_ui voice URL` and `voice-pack [FOLDER]`: options to a running voice, and packs checked."""

import argparse
import logging
import signal
import sys
from pathlib import Path

from edge.client import Client, read_token
from edge.errors import ConfigError
from kiosk_ui.voice import made
from kiosk_ui.voice.pack import Pack, load, made_dir
from kiosk_ui.voice.phrase import Speech
from kiosk_ui.voice.service import Voice
from kiosk_ui.voice.speaker import Speaker

ASKED_S = 1.0
"""A call is due: a door that does not answer is not waited for."""
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


def configure(parts: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    part = parts.add_parser("voice", help="says calls aloud")
    part.add_argument("url", help="the local door, as http://127.0.0.1:8600")
    part.add_argument("--name", default="voice", help="this voice's name among the screens")
    part.add_argument("--zone", default="", help="the floor where this loudspeaker hangs")
    part.add_argument(
        "--pack", type=Path, help="a folder of recordings; without it the pack that the set-up made"
    )
    part.add_argument("--token-file", type=Path, help="of a door on the hall's network: bianmin pair take")
    part.add_argument("--second", type=Path, help="a pack of a second language, said after the first")
    pack = parts.add_parser("voice-pack", help="make the clips, or name what a folder of recordings lacks")
    pack.add_argument("folder", nargs="?", type=Path)
    pack.add_argument("--letters", default=LETTERS, help="the letters of this hall's numbers, as ABC (all)")


def run(args: argparse.Namespace) -> int:
    """Until SIGTERM or Ctrl-C. Raises ConfigError for a pack that is none, ValueError for a token."""
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(message)s")
    spare = _made()
    first = load(args.pack) if args.pack else spare
    packs = [pack for pack in (first, load(args.second) if args.second else None) if pack]
    for line in (line for pack in packs for line in pack.problems):
        sys.stderr.write(f"{line}\n")
    if not packs:
        sys.stderr.write("voice: no clips: python -m kiosk_ui voice-pack, or --pack FOLDER\n")
        return 1
    token = read_token(args.token_file) if args.token_file else ""
    client = Client(args.url, args.name, token=token, timeout_s=2.0, patience_s=ASKED_S)
    voice = Voice(client, Speech(packs, spare), Speaker(), args.zone)
    for sign in (signal.SIGTERM, signal.SIGINT):
        signal.signal(sign, lambda *_: voice.stop())
    voice.run()
    return 0


def check(args: argparse.Namespace) -> int:
    """Raises ConfigError for a manifest with mistakes."""
    if args.folder is None:
        return 0 if made.make(_say) else 1
    pack = load(args.folder)
    missing = pack.missing(letters=args.letters.upper())
    for line in pack.problems:
        _say(line)
    if missing:
        _say(f"{args.folder}: not recorded: {' '.join(missing)}")
    else:
        _say(f"{args.folder}: complete, {len(pack.clips)} clips, {pack.language}")
    return 2 if missing or pack.problems else 0


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def _made() -> Pack | None:
    try:
        return load(made_dir())
    except ConfigError:
        return None

"""`bianmin wire LINK`: a bench for a device nobody has seen."""

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path

from edge.wire.bench import Bench
from edge.wire.tape import Tape

HELP = """\
Finds out how an unknown device speaks, and writes it down so that the hall can use it without a line of code.
Nothing is ever sent that you did not type.

LINK is the device's wire as in devices.toml: serial:///dev/serial/by-id/..., rs485://..., tcp://10.0.0.9:4001,
rfc2217://10.0.0.9:4000?baud=9600. Commands are typed at the prompt, piped in, or given with -c.

  speeds [HEX]            listen at each usual speed; a device that only answers is asked with HEX
  speed BAUD [8E1]        take this one
  listen [SECONDS]        record what the device says: press its keys meanwhile
  beside pty [SECONDS]    make a terminal for the maker's program (under wine, in a virtual machine), pass all
                          on between it and the device, record both, follow the speed that the program sets
  beside LINK [SECONDS]   the same with a second adapter that the maker's computer is wired to
  marks [device|program]  constants, lengths and checksums that fit what is on the tape
  name PLACE WORD         the byte at this place is a field of its own: name 5 addr
  send LINE               hex, "text" and checksums of what stands before: send F0 01 D0 01 "A012" {sum8}
  frame FIELD=VALUE...    a frame of the description found so far: frame line=1 data="A012"
  key NAME [WORDS]        the last frame of the device was this key: call recall pause confirm ... 0..9
  rating [WORDS]          the last frame of the device was a press to rate: rating 2, second from the left
  seen WORDS              what was sent last did this: seen A012 stands on the board
  load FILE [NAME]        use this description instead of the marks
  explain [LINE]          lay these bytes, or what came last, under the description's fields
  write NAME [FILE]       the description with its golden frames, each marked "seen once"
  quit

An unknown pad:                                    An unknown board, beside its maker's program:
  speeds                 (press keys all the time)   beside pty 60     (let the program show something)
  listen 20              (press: call)               marks
  key call               (and so on, key by key)     frame data="A012"
  marks                                              seen A012         (when it stands on the board)
  name 5 addr                                        write my-board my-board.toml
  write my-pad my-pad.toml

The file then goes into integrations/ of the hall's folder. In devices.toml the link says frames = "my-pad"
and the device driver = "callpad_framed", "rating_framed" or "board_framed"; bianmin check tells the rest.
"""


def configure(parser: argparse.ArgumentParser) -> None:
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.description = HELP
    parser.add_argument("link", metavar="LINK", help="the device's wire, as in devices.toml")
    parser.add_argument(
        "-c", dest="commands", metavar="COMMAND", action="append", default=[], help="do this, then end"
    )
    parser.add_argument(
        "--tape", metavar="FILE", type=Path, help="keep what is heard there, and go on with what it holds"
    )


def run(args: argparse.Namespace) -> int:
    """0 if every command could be done; 2 for a link or tape that is none."""
    try:
        bench = Bench(args.link, Tape(args.tape), lambda line: print(line, flush=True))
    except ValueError as error:
        print(f"bianmin: {error}", file=sys.stderr)
        return 2
    done = True
    for line in args.commands or _typed(bench):
        done = bench.do(line) and done
    return 0 if done else 1


def _typed(bench: Bench) -> Iterator[str]:
    """Lines until the end, or `quit`; `help` is answered here."""
    at_terminal = sys.stdin.isatty()
    if at_terminal:
        print("help shows the commands, quit ends")
    while True:
        if at_terminal:
            print(f"{bench.speed[0]} {bench.speed[1]}> ", end="", flush=True)
        line = sys.stdin.readline()
        if not line or line.strip() in ("quit", "exit"):
            return
        if line.strip() in ("help", "?"):
            print(HELP)
        else:
            yield line

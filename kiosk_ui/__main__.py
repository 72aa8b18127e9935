"""`python -m kiosk_ui kiosk|screen|voice URL`, `fonts`, `voice-pack`: one process per screen."""

import argparse
import os
import signal
import sys
from pathlib import Path

os.environ.setdefault("PYGAME_HIDE_SUPPORT_PROMPT", "1")

from edge import paths
from edge.errors import ConfigError
from edge.texts import Texts
from kiosk_ui import fonts
from kiosk_ui.voice import start as voice


def main(argv: list[str] | None = None) -> int:
    args = _parser().parse_args(argv)
    try:
        return _PARTS.get(args.what, _screen)(args)
    except ConfigError as e:
        print(e, file=sys.stderr)
        return 2
    except ValueError as e:
        print(f"kiosk_ui: {e}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m kiosk_ui", description="the touch screen and the hall screen"
    )
    parts = parser.add_subparsers(dest="what", required=True)
    for name, about in (("kiosk", "the touch screen"), ("screen", "the hall screen, or one counter's page")):
        part = parts.add_parser(name, help=about)
        part.add_argument("url", help="the local door, as http://127.0.0.1:8600")
        usual = "k1" if name == "kiosk" else ""
        part.add_argument("--name", default=usual, help="this screen's name (k1, hall, hall-ZONE, counter-N)")
        part.add_argument("--size", type=_size, help="pixels, as 1080x1920; without it the whole screen")
        part.add_argument("--width-mm", type=float, default=0.0, help="the picture's width in millimetres")
        part.add_argument("--lang", default="zh-CN", help="zh-CN or en")
        part.add_argument("--texts", type=Path, help="the hall's own folder of texts")
        part.add_argument(
            "--play", metavar="-", choices=["-"], help="take commands as JSON lines on standard input"
        )
        part.add_argument("--shots", type=Path, metavar="DIR", help="keep a picture of each page")
    parts.choices["kiosk"].add_argument(
        "--speak", default="", metavar="COMMAND", help="says each page's words: the command, they come last"
    )
    parts.choices["kiosk"].add_argument(
        "--languages", default="", metavar="A,B", help="zh-CN,ii,en: files of texts/, the first one first"
    )
    parts.choices["kiosk"].add_argument(
        "--patience", type=_patience, default=1.0, help="all time-outs longer by so much, 0.05 to 5 (1)"
    )
    parts.choices["screen"].add_argument("--counter", default="", help="draw one counter's page")
    parts.choices["screen"].add_argument(
        "--zone", default="", help="the part of the hall this screen hangs in"
    )
    parts.choices["screen"].add_argument(
        "--table", action="store_true", help="a row for each counter beside the call: for small halls"
    )
    parts.choices["screen"].add_argument(
        "--token-file", type=Path, help="of a door on the hall's network: bianmin pair take"
    )
    voice.configure(parts)
    cut = parts.add_parser("fonts", help="cut the fonts into the cache")
    cut.add_argument("--full", action="store_true", help="all ideographs, for people's names (a minute)")
    return parser


def _size(text: str) -> tuple[int, int]:
    width, _, height = text.lower().partition("x")
    if not (
        width.isdigit() and height.isdigit() and 320 <= int(width) <= 8192 and 320 <= int(height) <= 8192
    ):
        raise argparse.ArgumentTypeError(f"a size is like 1080x1920, not {text!r}")
    return int(width), int(height)


def _patience(text: str) -> float:
    try:
        patience = float(text)
    except ValueError:
        patience = 0.0
    if not 0.05 <= patience <= 5:
        raise argparse.ArgumentTypeError(f"a number from 0.05 to 5, not {text!r}")
    return patience


def _fonts(args: argparse.Namespace) -> int:
    return 0 if fonts.cut(lambda line: print(line, flush=True), full=args.full) else 1


def _screen(args: argparse.Namespace) -> int:
    # pygame takes a tenth of a second: not for `fonts`.
    from edge.client import Client, read_token
    from kiosk_ui.counter_screen import CounterScreen
    from kiosk_ui.hall_screen import HallScreen
    from kiosk_ui.kiosk import Kiosk, theme_for
    from kiosk_ui.live import Live
    from kiosk_ui.paint import Brush
    from kiosk_ui.play import Player
    from kiosk_ui.prompts import Prompter
    from kiosk_ui.text import Typesetter
    from kiosk_ui.window import App, Waker, open_window, run

    kiosk = args.what == "kiosk"
    token = read_token(args.token_file) if not kiosk and args.token_file else ""
    client = Client(args.url, args.name or _place(args), token=token)
    folders = [paths.shared("texts"), *([args.texts] if args.texts else [])]
    languages = _languages(args, folders)
    faces = fonts.load()
    if faces.notice:
        print(faces.notice, file=sys.stderr)
    screen = open_window("bianmin", args.size, (1080, 1920) if kiosk else (1920, 1080))
    brush, waker, size = Brush(Typesetter(faces)), Waker(), screen.get_size()
    live = Live(client, waker.wake)
    prompter = Prompter(args.speak) if kiosk and args.speak else None
    app: App
    if kiosk:
        theme = theme_for(size, args.width_mm)
        more = {"speak": prompter.say if prompter else _silence, "patience": args.patience}
        app = Kiosk(theme, brush, languages, live, args.name, **more)
    elif args.counter:
        app = CounterScreen(size, brush, languages[0], live, args.counter)
    else:
        app = HallScreen(size, brush, languages[0], live, args.zone, table=args.table)
    if args.shots:
        args.shots.mkdir(parents=True, exist_ok=True)
    player = Player(waker.wake) if args.play else None
    # SDL 2.32 turns SIGTERM into its QUIT, which a whole screen does not heed: whoever stops it is heeded.
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, waker.end)
    live.start()
    try:
        if player:
            player.start()
        run(app, screen, waker, live, player, args.shots, closable=bool(args.size))
    finally:
        live.stop()
        if prompter:
            prompter.stop()
    return 0


def _place(args: argparse.Namespace) -> str:
    """What a screen is called where nobody said it: two screens of one hall are not taken for one."""
    if args.counter:
        return f"counter-{args.counter}"
    return f"hall-{args.zone}" if args.zone else "hall"


def _languages(args: argparse.Namespace, folders: list[Path]) -> list[Texts]:
    """The first is the hall's; what one of them does not say is said in Chinese. Raises ConfigError."""
    wanted = args.languages.split(",") if args.what == "kiosk" and args.languages else []
    names = dict.fromkeys(wanted or [args.lang, "zh-CN", "en"])
    chinese = Texts.load("zh-CN", *folders)
    found = (Texts.load(name, *folders) for name in names)
    return [Texts(t.language, {**chinese.phrases, **t.phrases}) for t in found]


_PARTS = {"fonts": _fonts, "voice": voice.run, "voice-pack": voice.check}


def _silence(text: str) -> None:
    """No spoken prompts are wanted."""


if __name__ == "__main__":
    sys.exit(main())

"""The folders that commands name alike: the settings, and what the daemon keeps."""

import argparse
from pathlib import Path

DATA = Path("/var/lib/bianmin")


def take_settings(parser: argparse.ArgumentParser, about: str = "the config folder, as /etc/bianmin") -> None:
    """`DIR`, as `folder`."""
    parser.add_argument("folder", metavar="DIR", type=Path, help=about)


def take_data(parser: argparse.ArgumentParser, about: str = "the data folder", usual: Path = DATA) -> None:
    """`--data D`; the help says where it is without."""
    parser.add_argument("--data", metavar="D", type=Path, default=usual, help=f"{about} (%(default)s)")

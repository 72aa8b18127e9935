"""Starts a screen as a process: `bianmin kiosk` and `bianmin screen` become `python -m kiosk_ui …`."""

import os
import sys
from typing import NoReturn


def become(*words: str) -> NoReturn:
    """Replace this process by the screen's, so that signals and its end are its own."""
    os.execv(sys.executable, [sys.executable, "-m", "kiosk_ui", *words])

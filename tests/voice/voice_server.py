"""A real sound server, PulseAudio, whose card is a pipe that the test reads: frozen, killed, begun anew."""

import array
import os
import signal
import subprocess
import threading
import time
from pathlib import Path

import pytest
from voice_running import RATE_HZ

STEP, STEP_S = 2048, 0.02
"""Bytes, and so long between two of them: a card that plays at about twice the speed."""


def loud(sound: bytes | bytearray) -> bytes:
    """Without silence, which a server puts between two samples when it was kept waiting."""
    samples = array.array("h", bytes(sound[: len(sound) // 2 * 2]))
    return array.array("h", (s for s in samples if s)).tobytes()


class SoundServer:
    """`heard` is all that its card was given since its last start."""

    def __init__(self, folder: Path, env: pytest.MonkeyPatch) -> None:
        self.heard = bytearray()
        self._folder = folder
        self._pace = threading.Event()
        self._process: subprocess.Popen[bytes] | None = None
        self._reader: threading.Thread | None = None
        for name in ("HOME", "XDG_RUNTIME_DIR"):
            env.setenv(name, str(folder))
        env.setenv("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nowhere")
        env.setenv("PULSE_SERVER", f"unix:{folder / 'native'}")
        env.setenv("SDL_AUDIODRIVER", "pulseaudio")

    def start(self) -> None:
        """Returns when it can be asked."""
        self.heard = bytearray()
        for name in ("card", "native"):
            (self._folder / name).unlink(missing_ok=True)
        card = f"module-pipe-sink file={self._folder / 'card'} rate={RATE_HZ} channels=1 format=s16le"
        door = f"module-native-protocol-unix socket={self._folder / 'native'} auth-anonymous=1"
        quiet = ("--exit-idle-time=-1", "--disable-shm=yes", "--high-priority=no", "--realtime=no")
        self._process = subprocess.Popen(
            ["pulseaudio", "-n", "--daemonize=no", "--use-pid-file=no", *quiet, "-L", card, "-L", door],
            stderr=subprocess.DEVNULL,
        )
        waits = threading.Event()
        while not (self._folder / "native").exists():
            assert self._process.poll() is None, "pulseaudio does not start"
            waits.wait(0.02)
        self._reader = threading.Thread(target=self._read, args=(self.heard,), name="sound-card")
        self._reader.start()

    def _read(self, heard: bytearray) -> None:
        with (self._folder / "card").open("rb", buffering=0) as card:
            while chunk := card.read(STEP):
                heard += chunk
                self._pace.wait(STEP_S)

    def hears(self, wanted: bytes, within_s: float = 10.0) -> bool:
        """Does it come out of the card? What the server holds still goes there after its client's end."""
        ends_s = time.monotonic() + within_s
        while wanted not in loud(self.heard):
            if time.monotonic() > ends_s:
                return False
            self._pace.wait(0.3)
        return True

    def freeze(self) -> None:
        assert self._process
        os.kill(self._process.pid, signal.SIGSTOP)

    def kill(self) -> None:
        if self._process and self._reader:
            self._process.kill()
            self._process.wait()
            self._reader.join()
            self._process = None

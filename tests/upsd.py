"""Debian's upsd with its dummy driver, as children on loopback: what a UPS says is a test's file."""

import os
import pwd
import socket
import subprocess
from pathlib import Path

# /usr/sbin/upsd is Debian's wrapper, which starts nothing before /etc/nut/nut.conf says so.
UPSD, DUMMY = Path("/lib/nut/upsd"), Path("/lib/nut/dummy-ups")


class Upsd:
    """One UPS, `hall`. Both run as who runs the tests."""

    def __init__(self, folder: Path) -> None:
        assert UPSD.exists() and DUMMY.exists(), "apt-get install nut-server"
        self.folder = folder
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = free.getsockname()[1]
        self.say("OL", 100)
        user = pwd.getpwuid(os.getuid()).pw_name
        (folder / "ups.conf").write_text(
            f"user = {user}\n[hall]\n  driver = dummy-ups\n  port = hall.dev\n  mode = dummy-loop\n"
        )
        (folder / "upsd.conf").write_text(f"LISTEN 127.0.0.1 {self.port}\nMAXAGE 25\n")
        (folder / "upsd.users").write_text("")
        for file in folder.iterdir():
            file.chmod(0o640)
        places = ("NUT_CONFPATH", "NUT_STATEPATH", "NUT_ALTPIDPATH")
        env = {**os.environ, **dict.fromkeys(places, str(folder))}
        quiet = {"stdin": subprocess.DEVNULL, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        self._children = [
            subprocess.Popen([str(DUMMY), "-a", "hall", "-D", "-u", user], cwd=folder, env=env, **quiet),
            subprocess.Popen([str(UPSD), "-D", "-u", user], cwd=folder, env=env, **quiet),
        ]

    def say(self, status: str, charge: int) -> None:
        """What the dummy reads, about every second in its loop."""
        text = f"ups.status: {status}\nbattery.charge: {charge}\nbattery.runtime: 1500\nTIMER 1\n"
        (self.folder / "new.dev").write_text(text)
        (self.folder / "new.dev").rename(self.folder / "hall.dev")

    def stop(self) -> None:
        for child in self._children:
            child.terminate()
        for child in self._children:
            child.wait(10)

"""The box itself: its programs begin anew, it starts again, or it goes off, by a person's word."""

import logging
import os
import shutil
import signal
import subprocess

log = logging.getLogger(__name__)

_BY_SYSTEMD = {what: ("systemctl", "--no-block", what) for what in ("reboot", "poweroff")}


class Box:
    """Only where systemd holds the daemon: elsewhere nobody would start it again."""

    def can(self, what: str) -> bool:
        """`restart`, `reboot` or `poweroff`: is there a way to do it here?"""
        if "NOTIFY_SOCKET" not in os.environ:
            return False
        return what == "restart" or (what in _BY_SYSTEMD and shutil.which(_BY_SYSTEMD[what][0]) is not None)

    def do(self, what: str) -> None:
        """Begin it; returns at once. Systemd may say no: then the log has its words, and nothing happens."""
        log.warning("%s, as asked at a screen", what)
        if what == "restart":
            os.kill(os.getpid(), signal.SIGTERM)  # the daemon's ordinary end; its unit says Restart=always
            return
        subprocess.Popen(_BY_SYSTEMD[what], stdin=subprocess.DEVNULL, start_new_session=True)

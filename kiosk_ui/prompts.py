"""Spoken prompts, where a hall wants them: each page's words to a program, one at a time, the newest last."""

import contextlib
import logging
import shlex
import subprocess

log = logging.getLogger(__name__)


class Prompter:
    """Runs a command with the words as its last argument, as `espeak-ng -v cmn-latn-pinyin`. Never blocks.

    Citizens who see the page touch on before it has spoken: a new prompt cuts the one before.
    """

    def __init__(self, command: str) -> None:
        """Raises ValueError for a command that is none."""
        self._command = shlex.split(command)
        if not self._command:
            raise ValueError("--speak needs a command, as: espeak-ng -v cmn-latn-pinyin")
        self._speaking: subprocess.Popen[bytes] | None = None

    def say(self, text: str) -> None:
        self.stop()
        try:
            self._speaking = subprocess.Popen(
                [*self._command, text], stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL
            )
        except OSError as error:
            log.warning("prompts: %s: %s", self._command[0], error.strerror)

    def stop(self) -> None:
        """Cut off what is being said."""
        if self._speaking is None:
            return
        if self._speaking.poll() is None:
            with contextlib.suppress(OSError):
                self._speaking.kill()
        self._speaking.wait()
        self._speaking = None

"""Ask a device on a shared line again when it stays silent: three tries, and no more patience than that."""

from collections.abc import Callable

from drivers.errors import DeviceFault, Fault
from drivers.framing import Line

TRIES = 3
"""What a running hall system used (seen once)."""

LONGEST_S = 1.8
"""All tries together: a board's verb may block for 2 s (capabilities.py), and its neighbours wait."""


class Asker:
    """One device's questions. `resends` counts the frames that had to be sent again."""

    def __init__(self, line: Line) -> None:
        self._line = line
        self.resends = 0

    def ask(self, frame: bytes, match: Callable[[bytes], bool], within_s: float, tries: int = TRIES) -> bytes:
        """Send and wait for the frame that matches, `within_s` for each try; fewer tries where that is long.

        Raises DeviceFault NO_ANSWER, LinkLost.
        """
        tries = max(1, min(tries, int(LONGEST_S / within_s)))
        for left in reversed(range(tries)):
            self._line.send(frame)
            try:
                return self._line.answer(match, within_s)
            except DeviceFault:
                if not left:
                    break
                self.resends += 1
        often = f"{tries} times within" if tries > 1 else "within"
        raise DeviceFault(Fault.NO_ANSWER, f"no answer {often} {within_s:g} s to {frame[:24].hex(' ')}")

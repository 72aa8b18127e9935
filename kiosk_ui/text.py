"""Setting type: runs by the font that has the character, lines broken as Chinese is, lines drawn once."""

import re
from dataclasses import dataclass

import pygame

from kiosk_ui.fonts import Face, Faces
from kiosk_ui.theme import Colour

NEVER_FIRST = frozenset("，。、；：？！）】》”’…%％,.;:?!)]}·")
NEVER_LAST = frozenset("（【《“‘([{¥￥")
_TOKEN = re.compile(r"[A-Za-z0-9][A-Za-z0-9.,:/+\-]*[A-Za-z0-9]|[A-Za-z0-9]|\s|.", re.DOTALL)
ABOVE = 1.0
"""A line's box above the baseline, in type sizes; with BELOW its middle is the middle of an ideograph."""
BELOW = 0.24


@dataclass(frozen=True)
class Run:
    """Characters that one face draws."""

    text: str
    face: Face


ORPHAN = 2.1
"""Of two lines the second is not left with so little, in type sizes."""


class Typesetter:
    """Measures, breaks and draws text with the faces given. Main thread only."""

    def __init__(self, faces: Faces) -> None:
        self._faces = faces
        self._fonts: dict[tuple[str, int], pygame.font.Font] = {}
        self._widths: dict[tuple[str, int, bool], int] = {}

    def forget(self) -> None:
        """Let go of what was measured."""
        self._widths.clear()

    def runs(self, text: str, bold: bool) -> list[Run]:
        """Split by the first face that has each character; what no face has stays with the first."""
        faces = self._faces.of(bold)
        runs: list[Run] = []
        for char in text:
            face = next((f for f in faces if ord(char) in f.covers), faces[0])
            if runs and runs[-1].face is face:
                runs[-1] = Run(runs[-1].text + char, face)
            else:
                runs.append(Run(char, face))
        return runs

    def width(self, text: str, size: int, bold: bool = False) -> int:
        key = (text, size, bold)
        if key not in self._widths:
            if len(self._widths) > 8000:
                self._widths.clear()
            self._widths[key] = sum(self._font(r.face, size).size(r.text)[0] for r in self.runs(text, bold))
        return self._widths[key]

    def height(self, size: int) -> int:
        return round(size * (ABOVE + BELOW))

    def line(self, text: str, size: int, bold: bool, colour: Colour) -> pygame.Surface:
        """One line as a surface; its middle is the middle of its ideographs and digits."""
        surface = pygame.Surface((max(1, self.width(text, size, bold)), self.height(size)), pygame.SRCALPHA)
        surface.fill((*colour, 0))
        x, base = 0, round(size * ABOVE)
        for run in self.runs(text, bold):
            font = self._font(run.face, size)
            drawn = font.render(run.text, True, colour)
            surface.blit(drawn, (x, base - font.get_ascent()))
            x += drawn.get_width()
        return surface

    def fit(
        self, text: str, size: int, width: int, bold: bool = False, least: float = 0.6
    ) -> tuple[str, int]:
        """The text and a size at which it keeps within `width`; at `least` of the size it ends in `…`."""
        floor = max(8, round(size * least))
        while size > floor and self.width(text, size, bold) > width:
            size = max(floor, min(size - 1, int(size * width / self.width(text, size, bold))))
        if self.width(text, size, bold) <= width:
            return text, size
        while len(text) > 1 and self.width(text + "…", size, bold) > width:
            text = text[:-1]
        return text + "…", size

    def wrap(self, text: str, size: int, width: int, bold: bool = False) -> list[str]:
        """Break into lines of at most `width` pixels: words whole, punctuation never at a wrong end."""
        lines: list[str] = []
        for part in text.split("\n"):
            tokens = _TOKEN.findall(part)
            found = self._wrap_one(tokens, size, width, bold)
            if len(found) == 2 and self.width(found[-1], size, bold) <= ORPHAN * size:
                found = self._evened(tokens, size, width, bold, found)
            lines += found
        return lines

    def _evened(self, tokens: list[str], size: int, width: int, bold: bool, lines: list[str]) -> list[str]:
        """As many lines, but none with one or two characters alone."""
        narrow = sum(self.width(line, size, bold) for line in lines) // len(lines) + size // 2
        while narrow < width:
            found = self._wrap_one(tokens, size, narrow, bold)
            if len(found) == len(lines):
                return found
            narrow += size // 2
        return lines

    def fill(
        self,
        text: str,
        size: int,
        room: tuple[int, int],
        bold: bool = False,
        spacing: float = 1.4,
        least: float = 0.6,
    ) -> tuple[list[str], int]:
        """Lines and a size at which the text keeps within `room`, not smaller than `least` of the size."""
        floor = max(8, round(size * least))
        words = [w for w in _TOKEN.findall(text) if len(w) > 1]
        while True:
            lines = self.wrap(text, size, room[0], bold)
            whole = all(self.width(w, size, bold) <= room[0] for w in words)
            if size <= floor or (whole and len(lines) * round(size * spacing) <= room[1]):
                return lines, size
            size = max(floor, size - 2)

    def _wrap_one(self, tokens: list[str], size: int, width: int, bold: bool) -> list[str]:
        lines: list[str] = []
        line: list[str] = []
        used = 0
        queue = list(reversed(tokens))
        while queue:
            token = queue.pop()
            wide = self.width(token, size, bold)
            if wide > width and len(token) > 1:
                queue.extend(reversed(token))
                continue
            if line and used + wide > width:
                carried = _carried(line, token)
                lines.append("".join(line[: len(line) - len(carried)]).rstrip())
                line = carried
                used = self.width("".join(line), size, bold)
            if token.isspace() and not line:
                continue
            line.append(token)
            used += wide
        lines.append("".join(line).rstrip())
        return lines

    def _font(self, face: Face, size: int) -> pygame.font.Font:
        key = (str(face.path), size)
        if key not in self._fonts:
            if len(self._fonts) > 64:
                self._fonts.pop(next(iter(self._fonts)))
            self._fonts[key] = pygame.font.Font(str(face.path), size)
        return self._fonts[key]


def _carried(line: list[str], token: str) -> list[str]:
    """What of a full line must go down with the next token, so that no line begins or ends wrongly."""
    take = 0
    first = token
    while take < min(3, len(line) - 1) and (first in NEVER_FIRST or line[-1 - take] in NEVER_LAST):
        take += 1
        first = line[-take]
    return line[len(line) - take :]

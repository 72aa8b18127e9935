"""A screen played by another program: JSON lines in, taps through SDL's own queue, answers as JSON lines."""

import json
import queue
import sys
import threading
from collections.abc import Callable
from typing import Any, TextIO

import pygame

from kiosk_ui.scene import Scene

Json = dict[str, Any]


class Player:
    """Owns the thread `screen-play`, which ends with its input; the frame loop takes one command a turn."""

    def __init__(
        self, wake: Callable[[], None], source: TextIO = sys.stdin, sink: TextIO = sys.stdout
    ) -> None:
        self._wake = wake
        self._source = source
        self._sink = sink
        self._commands: queue.SimpleQueue[Json] = queue.SimpleQueue()
        # Not joined: it sits in a read of standard input until the other side closes it.
        self._thread = threading.Thread(target=self._read, name="screen-play", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def turn(self, scene: Scene, screen: pygame.Surface) -> tuple[bool, bool]:
        """Do one command if there is one. Returns (was there one, shall the screen go on)."""
        try:
            command = self._commands.get_nowait()
        except queue.Empty:
            return False, True
        try:
            return True, self._do(command, scene, screen)
        except (KeyError, TypeError, ValueError, OSError, pygame.error) as e:
            self._say({"error": f"{type(e).__name__}: {e}", "command": command})
            return True, True

    def _do(self, command: Json, scene: Scene, screen: pygame.Surface) -> bool:
        verb = command["do"]
        if verb == "quit":
            return False
        if verb in ("tap", "down", "up"):
            x, y = float(command["x"]), float(command["y"])
            for kind in ("down", "up") if verb == "tap" else (verb,):
                post_finger(kind == "down", x, y, screen.get_size())
        elif verb == "targets":
            self._say(describe(scene))
        elif verb == "shot":
            pygame.image.save(screen, command["path"])
            self._say({"shot": command["path"]})
        else:
            raise ValueError(f"no such command: {verb!r} (there are tap, down, up, targets, shot, quit)")
        return True

    def _say(self, answer: Json) -> None:
        self._sink.write(json.dumps(answer, ensure_ascii=False) + "\n")
        self._sink.flush()

    def _read(self) -> None:
        for line in self._source:
            if not line.strip():
                continue
            try:
                command = json.loads(line)
            except ValueError as e:
                command = {"do": f"not JSON ({e})"}
            self._commands.put(command if isinstance(command, dict) else {"do": str(command)})
            self._wake()
        self._commands.put({"do": "quit"})
        self._wake()


def post_finger(down: bool, x: float, y: float, size: tuple[int, int]) -> None:
    """Put a finger at these pixels into SDL's queue, in the numbers that a touch panel gives (0 to 1)."""
    place: Json = {"x": (x + 0.5) / size[0], "y": (y + 0.5) / size[1]}
    kind = pygame.FINGERDOWN if down else pygame.FINGERUP
    touch: Json = {"touch_id": 1, "finger_id": 1, "dx": 0.0, "dy": 0.0, "pressure": 1.0}
    pygame.event.post(pygame.event.Event(kind, touch | place))


def describe(scene: Scene) -> Json:
    """The scene for a player: its page, what can be touched and what is said where."""
    return {
        "page": scene.name,
        "targets": [{"id": t.id, "rect": list(t.rect), "text": t.text} for t in scene.targets],
        "texts": [{"text": t.text, "rect": list(t.rect)} for t in scene.texts],
    }

"""A screen's picture for somebody far away: what a person typed and names are blank, and it is small."""

import io

import pygame

from kiosk_ui.scene import Scene

LONGEST = 960
"""Of its sides, in pixels: words can be read, and it is a third of the bytes."""
MOST_BYTES = 180_000
"""The door takes no more."""
SMALLER = 0.7
TRIES = 6
BLANK = (128, 128, 128)


def blanked(screen: pygame.Surface, scene: Scene) -> pygame.Surface:
    """A copy of what the screen shows of this scene."""
    copy = screen.copy()
    for rect in scene.private:
        copy.fill(BLANK, rect)
    return copy


def png(surface: pygame.Surface, most_bytes: int = MOST_BYTES) -> bytes:
    """Within so many bytes; any thread, since nobody else has the surface."""
    share = min(1.0, LONGEST / max(surface.get_size()))
    content = b""
    for _ in range(TRIES):
        small = pygame.transform.smoothscale_by(surface, share)
        buffer = io.BytesIO()
        pygame.image.save(small, buffer, "screen.png")
        content = buffer.getvalue()
        if len(content) <= most_bytes:
            break
        share *= SMALLER
    return content

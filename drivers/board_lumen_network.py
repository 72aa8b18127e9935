"""Lumen C-Power call boards by the card's own network port, TCP 5200: the same commands in other frames.

Source and confidence: drivers/lumen.py.
"""

from drivers.lumen import NETWORK, Card, Options

__all__ = ["FRAMES", "LINKS", "Driver", "Options"]

LINKS = ("tcp",)
FRAMES = NETWORK
Driver = Card

"""Lumen C-Power call boards on a serial wire, or behind a converter that passes its bytes on.

Source and confidence: drivers/lumen.py. Serial 8N1, 115200, 57600 or 38400 as the card's switch says.
"""

from drivers.lumen import SERIAL, Card, Options

__all__ = ["FRAMES", "LINKS", "Driver", "Options"]

LINKS = ("serial", "rs485", "tcp", "rfc2217")
FRAMES = SERIAL
Driver = Card

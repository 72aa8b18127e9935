"""A disk with a write cache that loses power, as a plugin of nbdkit: what was not flushed may be gone.

`nbdkit python disk.py file=IMAGE seed=N at=N told=FILE`. Sectors written since the last flush are kept aside;
when the machine is gone, a part of them, chosen by dice and in no order, reaches the image; the rest is lost.
The power also goes by itself, at the so manieth write or flush: nothing is answered any more, FILE is there.
"""

import json
import os
import random
import threading
from pathlib import Path
from typing import Any

API_VERSION = 2
SECTOR = 512
SETTINGS: dict[str, str] = {}


class Disk:
    def __init__(self, path: str, seed: int, at: int, told: str) -> None:
        self._file = os.open(path, os.O_RDWR)
        self.size = os.fstat(self._file).st_size
        self._dice = random.Random(seed)
        self._cache: dict[int, bytes] = {}
        """Sector to what was written last."""
        self._told, self._left = told, at
        self._writes = self._flushes = 0

    def read(self, count: int, offset: int) -> bytearray:
        chunk = bytearray(os.pread(self._file, count, offset))
        for n in range(count // SECTOR):
            written = self._cache.get(offset // SECTOR + n)
            if written is not None:
                chunk[n * SECTOR : (n + 1) * SECTOR] = written
        return chunk

    def write(self, chunk: bytes, offset: int) -> None:
        self._writes += 1
        for n in range(len(chunk) // SECTOR):
            self._cache[offset // SECTOR + n] = bytes(chunk[n * SECTOR : (n + 1) * SECTOR])
        self._tick()

    def flush(self) -> None:
        self._tick()
        self._flushes += 1
        self._keep(self._cache)
        self._cache.clear()

    def _tick(self) -> None:
        self._left -= 1
        if self._left == 0:
            self.lose_power()
            threading.Event().wait()

    def lose_power(self) -> None:
        share = self._dice.choice((0.0, 0.5, 0.9, 1.0))
        kept = {sector: chunk for sector, chunk in self._cache.items() if self._dice.random() < share}
        self._keep(kept)
        os.close(self._file)
        told = {"writes": self._writes, "flushes": self._flushes}
        beside = Path(f"{self._told}.new")
        beside.write_text(json.dumps({**told, "unflushed": len(self._cache), "kept": len(kept)}))
        beside.rename(self._told)

    def _keep(self, sectors: dict[int, bytes]) -> None:
        for sector, chunk in sectors.items():
            os.pwrite(self._file, chunk, sector * SECTOR)


# --- what nbdkit asks of a plugin ---------------------------------------------------------------------------


def config(key: str, value: str) -> None:
    SETTINGS[key] = value


def open(readonly: bool) -> Disk:
    return Disk(SETTINGS["file"], int(SETTINGS["seed"]), int(SETTINGS["at"]), SETTINGS["told"])


def get_size(disk: Disk) -> int:
    return disk.size


def block_size(disk: Disk) -> tuple[int, int, int]:
    return SECTOR, 4096, 0xFFFFFFFF


def can_write(disk: Disk) -> bool:
    return True


def can_flush(disk: Disk) -> bool:
    return True


def pread(disk: Disk, buffer: Any, offset: int, flags: int) -> None:
    buffer[:] = disk.read(len(buffer), offset)


def pwrite(disk: Disk, buffer: Any, offset: int, flags: int) -> None:
    disk.write(buffer, offset)


def flush(disk: Disk, flags: int) -> None:
    disk.flush()


def close(disk: Disk) -> None:
    disk.lose_power()

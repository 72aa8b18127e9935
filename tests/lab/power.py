"""Power cuts while numbers are issued: what clients outside were answered is held against the disk."""

import contextlib
import http.client
import json
import random
import socket
import subprocess
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.lab.books import Books, door
from tests.lab.image import Image, run
from tests.lab.machine import Machine

Say = Callable[[str], None]
Row = tuple[str, str, float]

CLIENTS = 6
START_S = 240.0
"""Emulated, beside other work."""
MOST_NUMBERS = 60
"""Answered before a cut."""
BY_THE_DISK = 0.8
"""Of the cuts happen at a write or flush of the disk, the others a moment after an answer."""
MOST_REQUESTS = 160
"""Of the disk: the start makes some tens of them, each batch of numbers two."""
SERVICES = ("family", "jobs", "social", "relief", "farming")


class Box:
    """The machine on its disk, for one life: from power on to power off."""

    def __init__(self, image: Image, code: Path, folder: Path, seed: int, at: int, **more: str) -> None:
        """`at`: the disk's request at which the power goes; 0: none."""
        self.port = _free_port()
        self._told, node = folder / "told.json", folder / "disk.sock"
        self._told.unlink(missing_ok=True)
        node.unlink(missing_ok=True)
        words = [f"file={folder / 'hall.img'}", f"seed={seed}", f"at={at}", f"told={self._told}"]
        plugin = str(Path(__file__).with_name("disk.py"))
        server = ["nbdkit", "-f", "--exit-with-parent", "-U", str(node), "python", plugin]
        with (folder / "disk.log").open("a") as log:
            self._disk = subprocess.Popen([*server, *words], stderr=log)
        _until(node.exists, "the disk's server")
        net = f"user,id=n,restrict=on,hostfwd=tcp:127.0.0.1:{self.port}-:8600"
        self._machine = Machine(
            *(image, code, folder / "console", {"do": "hall", **more}),
            *("-drive", f"file=nbd+unix:///?socket={node},if=virtio,format=raw,cache=writeback"),
            *("-netdev", net, "-device", "virtio-net-pci,netdev=n,romfile="),
        )
        self.lines = self._machine.lines(START_S * 3)
        self._over = threading.Event()
        self._watch = threading.Thread(target=self._follow_the_disk, name="watch")
        self._watch.start()

    @property
    def power_is_gone(self) -> bool:
        return self._told.exists()

    def opens(self) -> None:
        """Wait until the hall's door answers. Raises OSError."""
        first = next(self.lines, "nothing")
        if not first.startswith("http"):
            raise ConnectionError(f"the hall says {first!r}")

        def answers() -> bool:
            with contextlib.suppress(OSError, http.client.HTTPException), door(self.port) as client:
                return bool(client.get("/healthz"))
            return self.power_is_gone

        _until(answers, "the hall's door")

    def cut(self) -> str:
        """Power off, at once; what the disk had not written yet."""
        self._over.set()
        self._watch.join()
        self._machine.__exit__()
        _until(self._told.exists, "the disk's last word")
        self._disk.kill()
        self._disk.wait()
        told = json.loads(self._told.read_text())
        lost = told["unflushed"] - told["kept"]
        requests = f"{told['writes']} writes and {told['flushes']} flushes"
        return f"{requests}, {lost} of {told['unflushed']} unflushed sectors lost"

    def _follow_the_disk(self) -> None:
        while not self._over.wait(0.01):
            if self.power_is_gone:
                self._machine.cut()
                return


def cuts(image: Image, code: Path, folder: Path, times: int, seed: int, say: Say) -> list[Row]:
    """Cut the power so often; a row for each, and one for the whole journal at the end."""
    run("truncate", "-s", "256M", folder / "hall.img")
    run("mkfs.ext4", "-q", folder / "hall.img")
    books, dice, rows = Books(), random.Random(seed), []
    how, began = "", time.monotonic()
    for n in range(1, times + 2):
        last = n > times
        at = dice.randint(1, MOST_REQUESTS) if not last and dice.random() < BY_THE_DISK else 0
        box = Box(image, code, folder, seed + n, at)
        ill, next_how = _life(box, books, dice, last=last)
        if how or ill:
            outcome = f"{how}: {ill or 'nothing lost, nothing twice'}"
            rows.append(("failed" if ill else "ok", outcome, round(time.monotonic() - began, 1)))
            say(f"power: {rows[-1][0]}: {outcome}")
        if ill:
            return rows
        how, began = f"cut {n}, {next_how}", time.monotonic()
    say(f"power: {len(books.answered)} numbers in all; the journal is read as a whole")
    rows.append(_whole(image, code, folder, seed))
    return rows


def _life(box: Box, books: Books, dice: random.Random, *, last: bool) -> tuple[str, str]:
    """What was found wrong after the cut before; how this life ended."""
    before, ill, clients = len(books.answered), "", []
    try:
        box.opens()
        with door(box.port) as client:
            books.read(client, anew=last)
            books.judge()
            books.ask_again(client)
            books.read(client)
            books.judge()
        if not last:
            clients = _numbers(box, books, before + dice.randint(1, MOST_NUMBERS))
            threading.Event().wait(dice.uniform(0.0, 0.1))
    except (OSError, ValueError, http.client.HTTPException) as error:
        ill = "" if box.power_is_gone else f"{type(error).__name__}: {error}"
    except AssertionError as error:
        ill = str(error)
    by_itself = box.power_is_gone
    told = box.cut()
    for thread in clients:
        thread.join()
    got = len(books.answered) - before
    of = "at a request of the disk" if by_itself else "after an answer"
    return ill, f"{of}, {got} numbers answered, {told}"


def _numbers(box: Box, books: Books, wanted: int) -> list[threading.Thread]:
    """Clients at the door, until so many numbers are answered or the power is gone."""
    clients = [threading.Thread(target=_client, args=(box.port, books)) for _ in range(CLIENTS)]
    for thread in clients:
        thread.start()
    _until(lambda: len(books.answered) >= wanted or box.power_is_gone, "numbers", START_S)
    return clients


def _client(port: int, books: Books) -> None:
    """One citizen after another, until the power goes."""
    with contextlib.suppress(OSError, http.client.HTTPException, ValueError), door(port) as client:
        while True:
            with books.lock:
                key = f"key-{len(books.asked)}"
                service = SERVICES[len(books.asked) % len(SERVICES)]
                books.asked[key] = service
            ticket = client.take(key, service)
            with books.lock:
                books.answered[key] = ticket


def _whole(image: Image, code: Path, folder: Path, seed: int) -> Row:
    """One more life for `bianmin journal verify`."""
    began = time.monotonic()
    box = Box(image, code, folder, seed, 0, verify="yes")
    try:
        said = [line.strip() for line in box.lines]
    finally:
        box.cut()
    whole = bool(said) and said[-1] == "verified"
    why = " ".join(said[:-1])
    return ("ok" if whole else "failed"), f"journal verify: {why}", round(time.monotonic() - began, 1)


def _until(look: Callable[[], Any], what: str, within_s: float = 60.0) -> None:
    """Raises TimeoutError."""
    deadline = time.monotonic() + within_s
    while not look():
        if time.monotonic() > deadline:
            raise TimeoutError(f"not seen in {within_s:g} s: {what}")
        threading.Event().wait(0.02)


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])

"""A backup in one file: all that a spare box needs, its secrets sealed by the recovery code.

`manifest.json` comes first and names every other file with its digest; `sealed` is bound to it, so that
nothing in the archive can be altered or left out unseen.
"""

import hashlib
import io
import json
import os
import shutil
import sqlite3
import stat
import tarfile
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath
from typing import Any

from edge import journal_file, recovery
from edge.errors import JournalError
from edge.journal_restored import begin_again
from edge.keys import flush_folder, write_secret
from edge.recovery import Recovery
from edge.verify import verify

Progress = Callable[[str, float], None]
"""What is being done, and how much of it: 0 to 1."""
Json = dict[str, Any]

FORMAT = 1
JOURNAL, SIDE, KEY, CAPTURES = "journal.db", "side.db", "hall.key", "captures.json"
MANIFEST, SEALED, CONFIG = "manifest.json", "sealed", "config"
_LARGEST_TEXT = 8 << 20
"""Bytes: more than any manifest, sealed part or settings file has."""
_PAGES = 2048
"""Copied between two reports of progress: 8 MB."""
_SECRET_NAMES = ("*.key", "*.pem", "staff.toml", "*password*", "*secret*")


class NotRestorable(Exception):
    """The file is no whole backup, or there is something where it should go."""


@dataclass(frozen=True)
class Restored:
    journal: str
    """The restored journal's own name; its former one is in the backup."""
    former: str
    head: int
    made_at: str
    config: Path
    """Where the settings lie; empty of them if the backup had none."""


def write(data: Path, config: Path | None, out: Path, seal: Recovery, progress: Progress) -> None:
    """Copy a data folder, whose daemon may be running, and its settings into `out`.

    Blocks for as long as copying and packing take. Raises JournalError, and OSError for `out`.
    """
    with tempfile.TemporaryDirectory(prefix=".bianmin-", dir=out.parent) as parts:
        folder = Path(parts)
        progress("journal", 0.0)
        _copy(data / JOURNAL, folder / JOURNAL, lambda share: progress("journal", share))
        if (data / SIDE).exists():
            progress("side store", 0.0)
            _copy(data / SIDE, folder / SIDE, lambda share: progress("side store", share))
        (folder / CAPTURES).write_text(json.dumps(_captures(data / "captures"), ensure_ascii=False), "utf-8")
        open_files, secret_files = _settings(config)
        for name, path in open_files.items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, folder / name)
        names = (JOURNAL, SIDE, CAPTURES, *open_files)
        files = {name: folder / name for name in _in_order(names) if (folder / name).exists()}
        manifest = _manifest(folder / JOURNAL, files)
        own = {name: data / name for name in (KEY, recovery.FILE) if (data / name).exists()}
        sealed = seal.seal(_packed({**own, **secret_files}), manifest)
        packed = folder / "packed"
        _pack(packed, manifest, sealed, files, progress)
        packed.rename(out)
        flush_folder(out.parent)


def restore(file: Path, data: Path, config: Path, code: str, progress: Progress) -> Restored:
    """Unpack a backup into an empty folder, check all of it, and let its journal begin anew.

    Raises NotRestorable, WrongCode, JournalError, OSError; the folder is then as it was.
    """
    for target in (data, config):
        if target.exists() and any(target.iterdir()):
            raise NotRestorable(f"{target}: is not empty; a backup is restored into an empty folder only")
    with _new_folder(data), _new_folder(config):
        parts = data / ".restoring"
        parts.mkdir(mode=0o700)
        try:
            manifest, sealed = _unpack(file, parts, progress)
            secrets = recovery.unseal(sealed, manifest, code)
            _unpacked(secrets, parts)
            said: Json = json.loads(manifest)
            progress("checking", 0.0)
            _check(parts / JOURNAL, said)
            journal = begin_again(parts / JOURNAL)
            _settle(parts, data, config)
        finally:
            shutil.rmtree(parts, ignore_errors=True)
    progress("checking", 1.0)
    return Restored(journal, said["journal"], said["head"], said["made_at"], config)


def _in_order(names: Iterable[str]) -> list[str]:
    """As they lie in the archive."""
    first = (JOURNAL, SIDE, CAPTURES)
    return [*(n for n in first if n in names), *sorted(set(names) - set(first))]


# --- writing ------------------------------------------------------------------------------------------------


def _copy(source: Path, target: Path, progress: Callable[[float], None]) -> None:
    """As of one moment, whatever is written meanwhile. Raises JournalError."""
    if not source.exists():
        raise JournalError(f"{source}: not there (is --data right?)")
    with journal_file.disk(source):
        from_ = sqlite3.connect(f"{source.absolute().as_uri()}?mode=ro", uri=True, timeout=10)
        to = sqlite3.connect(target)
        try:
            # A reader's transaction keeps its moment; without it each write would start the copy again.
            from_.execute("BEGIN")
            from_.execute("SELECT count(*) FROM sqlite_master").fetchone()
            from_.backup(to, pages=_PAGES, progress=lambda _, left, all_: progress(1 - left / max(all_, 1)))
        finally:
            to.close()
            from_.close()
    target.chmod(0o600)


def _captures(folder: Path) -> list[Json]:
    """What is known of each page; the pictures stay on the box."""
    index = []
    for path in sorted(folder.glob("*/*.json")):
        with suppress(OSError, ValueError):
            index.append(
                {"capture": path.stem, "day": path.parent.name, **json.loads(path.read_text("utf-8"))}
            )
    return index


def _settings(config: Path | None) -> tuple[dict[str, Path], dict[str, Path]]:
    """The settings folder's files by their names in the archive: those for everybody, and the secret ones."""
    open_files: dict[str, Path] = {}
    secret_files: dict[str, Path] = {}
    for path in sorted(config.rglob("*")) if config else ():
        inside = path.relative_to(config) if config else path
        if not path.is_file() or any(part.startswith((".", "__pycache__")) for part in inside.parts):
            continue
        is_private = not path.stat().st_mode & (stat.S_IRGRP | stat.S_IROTH)
        secret = is_private or any(path.match(name) for name in _SECRET_NAMES)
        (secret_files if secret else open_files)[f"{CONFIG}/{inside.as_posix()}"] = path
    return open_files, secret_files


def _manifest(journal: Path, files: dict[str, Path]) -> bytes:
    with journal_file.disk(journal), journal_file.reading(journal) as db:
        head, name = journal_file.head(db), journal_file.meta(db, "journal")
    said = {
        "format": FORMAT,
        "made_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "journal": name,
        "head": head,
        "files": {name: {"bytes": f.stat().st_size, "sha256": _digest(f)} for name, f in files.items()},
    }
    return json.dumps(said, ensure_ascii=False, indent=1, sort_keys=True).encode()


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _packed(files: dict[str, Path]) -> bytes:
    room = io.BytesIO()
    with tarfile.open(fileobj=room, mode="w") as tar:
        for name, path in files.items():
            tar.addfile(_member(name, path.stat().st_size), io.BytesIO(path.read_bytes()))
    return room.getvalue()


def _pack(out: Path, manifest: bytes, sealed: bytes, files: dict[str, Path], progress: Progress) -> None:
    total = max(sum(path.stat().st_size for path in files.values()), 1)
    done = 0
    with out.open("wb") as room:
        out.chmod(0o600)
        with tarfile.open(fileobj=room, mode="w:gz", compresslevel=3) as tar:
            tar.addfile(_member(MANIFEST, len(manifest)), io.BytesIO(manifest))
            tar.addfile(_member(SEALED, len(sealed)), io.BytesIO(sealed))
            for name, path in files.items():
                progress("packing", done / total)
                with path.open("rb") as file:
                    tar.addfile(_member(name, path.stat().st_size), file)
                done += path.stat().st_size
        room.flush()
        os.fsync(room.fileno())
    progress("packing", 1.0)


def _member(name: str, size_bytes: int) -> tarfile.TarInfo:
    member = tarfile.TarInfo(name)
    member.size, member.mode = size_bytes, 0o600
    return member


# --- reading ------------------------------------------------------------------------------------------------


@contextmanager
def _new_folder(path: Path) -> Iterator[None]:
    """Make a folder, or take an empty one; if what follows fails, leave it as it was."""
    was_there = path.exists()
    path.mkdir(parents=True, exist_ok=True, mode=0o750)
    try:
        yield
    except BaseException:
        shutil.rmtree(path, ignore_errors=True)
        if was_there:  # as an empty folder or a mount point, of which only the content goes
            path.mkdir(exist_ok=True)
        raise


def _unpack(file: Path, folder: Path, progress: Progress) -> tuple[bytes, bytes]:
    """Every file that the manifest names, as it names it, and no other. Returns manifest and sealed part."""
    try:
        with tarfile.open(file, "r:gz") as tar:
            manifest, sealed = _text(tar, MANIFEST), _text(tar, SEALED)
            expected: dict[str, Json] = _expected(manifest)
            total, done = max(sum(f["bytes"] for f in expected.values()), 1), 0
            for name, facts in expected.items():
                progress("unpacking", done / total)
                member = tar.next()
                if member is None or member.name != name or member.size != facts["bytes"]:
                    raise NotRestorable(f"{file}: {name} is missing or not what it should be")
                _write(tar, member, folder / name, facts["sha256"], file)
                done += member.size
    except (tarfile.TarError, EOFError, ValueError, KeyError, TypeError, AttributeError, OSError) as error:
        if isinstance(error, FileNotFoundError | PermissionError):
            raise
        raise NotRestorable(f"{file}: not a whole backup of bianmin ({error})") from error
    return manifest, sealed


def _text(tar: tarfile.TarFile, name: str) -> bytes:
    member = tar.next()
    content = tar.extractfile(member) if member and member.name == name else None
    if member is None or content is None or member.size > _LARGEST_TEXT:
        raise ValueError(f"no {name}")
    return content.read()


def _expected(manifest: bytes) -> dict[str, Json]:
    """Raises ValueError for a format or a file name that is none of ours."""
    said: Json = json.loads(manifest)
    if said["format"] != FORMAT:
        raise ValueError("made by a newer bianmin; install that version")
    files: dict[str, Json] = said["files"]
    for name in files:
        _own_name(name)
    return {name: files[name] for name in _in_order(files)}


def _own_name(name: str) -> str:
    path = PurePosixPath(name)
    known = name in (JOURNAL, SIDE, CAPTURES, KEY, recovery.FILE)
    if not known and (path.parts[0] != CONFIG or ".." in path.parts or path.is_absolute()):
        raise ValueError(f"a file that is none of a backup: {name[:80]}")
    return name


def _write(tar: tarfile.TarFile, member: tarfile.TarInfo, to: Path, sha256: str, file: Path) -> None:
    content = tar.extractfile(member)
    to.parent.mkdir(parents=True, exist_ok=True)
    with to.open("wb") as room:
        if content is not None:
            shutil.copyfileobj(content, room, 1 << 20)
        room.flush()
        os.fsync(room.fileno())
    if _digest(to) != sha256:
        raise NotRestorable(f"{file}: {member.name} is not what was packed")


def _unpacked(secrets: bytes, folder: Path) -> None:
    with tarfile.open(fileobj=io.BytesIO(secrets)) as tar:
        for member in tar:
            content = tar.extractfile(member)
            if content is not None:
                write_secret(folder / _own_name(member.name), content.read())


def _check(journal: Path, said: Json) -> None:
    verdict = verify(journal)
    if verdict.bad_seq:
        raise NotRestorable(f"the backup's journal is bad at entry {verdict.bad_seq}: {verdict.problem}")
    if (verdict.journal, verdict.head) != (said["journal"], said["head"]):
        raise NotRestorable("the backup's journal is not the one that its manifest names")


def _settle(parts: Path, data: Path, config: Path) -> None:
    """Everything in its place; the journal last, since a folder without one is no hall's yet."""
    index: list[Json] = json.loads((parts / CAPTURES).read_text("utf-8"))
    for facts in index:
        name, day = str(facts.pop("capture")), str(facts.pop("day"))
        if name.replace("-", "").isalnum() and day.isdigit():
            folder = data / "captures" / day
            folder.mkdir(parents=True, exist_ok=True, mode=0o750)
            (folder / f"{name}.json").write_text(json.dumps(facts), "utf-8")
    if (parts / CONFIG).exists():
        for path in (parts / CONFIG).iterdir():
            shutil.move(path, config / path.name)
    for leftover in (KEY, recovery.FILE, SIDE, JOURNAL):
        if (parts / leftover).exists():
            (parts / leftover).rename(data / leftover)
    flush_folder(data)

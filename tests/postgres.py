"""A real PostgreSQL as a child of the tests, not the system's: its own folder, a Unix socket, no port."""

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


def _program(name: str) -> str:
    found = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"))
    return str(found[-1]) if found else shutil.which(name) or name


@contextmanager
def postgres(*settings: str) -> Iterator[str]:
    """A fresh server until the end of the block; its URL for SQLAlchemy, of an empty database."""
    user = "postgres" if os.geteuid() == 0 else ""
    with tempfile.TemporaryDirectory(prefix="pg-", dir="/tmp") as name:
        folder = Path(name)
        if user:
            os.chown(folder, pwd.getpwnam(user).pw_uid, pwd.getpwnam(user).pw_gid)
        data = folder / "data"
        quiet = {"check": True, "capture_output": True, "cwd": folder, "user": user or None}
        args = ["-D", str(data), "-U", "bianmin", "--auth=trust", "--encoding=UTF8", "--no-sync"]
        subprocess.run([_program("initdb"), *args], **quiet)  # type: ignore[call-overload]
        words = [f"unix_socket_directories={folder}", "listen_addresses=", *settings]
        options = [word for setting in words for word in ("-c", setting)]
        log = (folder / "log").open("wb")
        server = subprocess.Popen(
            [_program("postgres"), "-D", str(data), *options], stdout=log, stderr=log, user=user or None
        )
        try:
            ready = [_program("pg_isready"), "-q", "-h", str(folder), "-t", "10"]
            while subprocess.run(ready, check=False).returncode:
                assert server.poll() is None, (folder / "log").read_text("utf-8", "replace")
            yield f"postgresql+psycopg://bianmin@/postgres?host={folder}"
        finally:
            server.send_signal(signal.SIGINT)  # fast: it does not wait for who is still connected
            server.wait(30)
            log.close()

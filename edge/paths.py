"""Where the product's own files lie: beside the code in a checkout, under `sys.prefix` when installed."""

import os
import sys
from pathlib import Path


def shared(name: str = "") -> Path:
    """A file or folder of the product's `config/`: `shared("papers")`. It need not exist."""
    root = Path(__file__).resolve().parent.parent
    checkout = root / "config"
    if (root / "pyproject.toml").is_file() and checkout.is_dir():
        return checkout / name
    return Path(sys.prefix) / "share" / "bianmin" / "config" / name


def cache_dir() -> Path:
    """Where files go that can be made again (cut fonts). Not created here.

    systemd's `CacheDirectory=` first, then the XDG setting, then `~/.cache/bianmin`.
    """
    if given := os.environ.get("CACHE_DIRECTORY", ""):
        return Path(given.split(":")[0])
    base = os.environ.get("XDG_CACHE_HOME", "")
    return (Path(base) if base else Path.home() / ".cache") / "bianmin"

"""The lab's disk and kernel: a small Debian with the product's packages, from the host's own package sources.

Kept in a folder of this machine, made anew when what it is made of has changed. Needs root, as a chroot does.
"""

import hashlib
import os
import re
import shutil
import subprocess
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
CACHE = Path(os.environ.get("BIANMIN_LAB", "/var/tmp/bianmin-lab"))
SUITE = "bookworm"
"""Its Python is 3.11, one that the product supports."""
SOURCES = Path("/etc/apt/sources.list.d/debian.sources")
KERNEL = "linux-image-amd64"
DEBS = (
    *("udev", "kmod", "mount", "iproute2", "socat", "busybox-static"),
    *("python3", "python3-evdev", "libusb-1.0-0"),
)
IN_FIRST_DISK = ("virtio_pci", "virtio_blk", "ext4", "crc32c_generic")
MODULES = (
    *IN_FIRST_DISK,
    *("virtio_net", "virtio_rng"),
    *("configfs", "libcomposite", "dummy_hcd", "usb_f_hid", "usb_f_printer", "usb_f_acm"),
    *("usbhid", "hid_generic", "evdev", "uinput", "usblp", "cdc_acm", "vivid"),
)
NOT_NEEDED = ("pygame", "pygame_ce.libs", "hatchling", "tests", "docs", "bin", "share")
"""Of the Python packages: the screens' library, and what some of them leave lying about."""
WHEELS = [f"--platform=manylinux_2_{n}_x86_64" for n in (17, 27, 28, 31, 34, 35, 36)]

Say = Callable[[str], None]


@dataclass(frozen=True)
class Image:
    disk: Path
    kernel: Path
    first_disk: Path
    """The initramfs."""
    release: str
    """The kernel's own name: `6.1.0-56-amd64`."""
    root: Path
    """The unpacked disk, for a chroot."""


def image(say: Say) -> Image:
    """What is there, or made now (a minute and a half). Raises CalledProcessError, OSError."""
    root = CACHE / "root"
    _once(CACHE / "debian", [SUITE, DEBS, MODULES], lambda: _debian(root, say))
    lock = (ROOT / "requirements.lock").read_text()
    _once(CACHE / "packages", [CACHE / "debian", NOT_NEEDED, lock], lambda: _packages(root, say))
    release = next((root / "usr/lib/modules").iterdir()).name
    _first_disk(root, release)
    kernel = CACHE / f"kernel/boot/vmlinuz-{release}"
    return Image(CACHE / "disk.img", kernel, CACHE / "first.img", release, root)


def _once(mark: Path, made_of: Sequence[object], make: Callable[[], None]) -> None:
    """Make it, unless the mark says that it was made of just this."""
    words = [part.read_text() if isinstance(part, Path) else repr(part) for part in made_of]
    wanted = hashlib.sha256("".join(words).encode()).hexdigest()
    if not mark.exists() or mark.read_text() != wanted:
        mark.unlink(missing_ok=True)
        make()
        mark.write_text(wanted)


def run(*command: str | Path, cwd: Path | None = None) -> str:
    """Its output. Raises CalledProcessError, whose notes hold what it complained about."""
    done = subprocess.run([str(c) for c in command], cwd=cwd, capture_output=True, text=True, check=False)
    if done.returncode:
        error = subprocess.CalledProcessError(done.returncode, command)
        error.add_note(done.stderr[-2000:])
        raise error
    return done.stdout


def _debian(root: Path, say: Say) -> None:
    say("a small Debian")
    for old in (root, CACHE / "kernel"):
        shutil.rmtree(old, ignore_errors=True)
    root.mkdir(parents=True)
    sources = [SOURCES] if SOURCES.exists() else []
    docs = [f"--dpkgopt=path-exclude=/usr/share/{what}/*" for what in ("doc", "man", "locale", "info")]
    include = f"--include={','.join(DEBS)}"
    run("mmdebstrap", "--quiet", "--variant=apt", include, *docs, SUITE, root, *sources)
    for folder in ("code", "data"):
        (root / folder).mkdir()
    say("its kernel")
    _kernel(root)


def _kernel(root: Path) -> None:
    """Unpack the kernel's package; keep the modules that the lab needs."""
    names = re.findall(r"Depends: (linux-image-\S+)", run("apt-cache", "depends", KERNEL))
    run("apt-get", "download", "-qq", names[0], cwd=CACHE)
    package = next(CACHE.glob("linux-image-*.deb"))
    run("dpkg", "-x", package, CACHE / "kernel")
    package.unlink()
    shutil.move(CACHE / "kernel/lib/modules", root / "usr/lib/modules")
    release = next((root / "usr/lib/modules").iterdir()).name
    run("chroot", root, "depmod", release)
    wanted = {path.resolve() for path in _modules(root, release, MODULES)}
    for path in (root / "usr/lib/modules" / release).rglob("*.ko"):
        if path not in wanted:
            path.unlink()
    run("chroot", root, "depmod", release)


def _modules(root: Path, release: str, names: tuple[str, ...]) -> list[Path]:
    """Files of these modules and of those that they need, in the order of loading."""
    found: dict[str, None] = {}
    for name in names:
        told = run("chroot", root, "modprobe", "-S", release, "--show-depends", name)
        found.update(dict.fromkeys(re.findall(r"insmod (\S+)", told)))
    return [root / name.lstrip("/") for name in found]


def _packages(root: Path, say: Say) -> None:
    """For the Python of the disk, whatever runs here; then the disk itself."""
    say("the product's Python packages")
    site = root / "opt/site"
    shutil.rmtree(site, ignore_errors=True)
    run(
        *(ROOT / ".venv/bin/python", "-m", "pip", "install", "--quiet", "--no-compile", "--target", site),
        *("--python-version=3.11", "--implementation=cp", "--only-binary=:all:", *WHEELS),
        *("--require-hashes", "-r", ROOT / "requirements.lock"),
    )
    for name in NOT_NEEDED:
        shutil.rmtree(site / name, ignore_errors=True)
    compile_all(root, "/opt/site")
    say("the disk")
    (CACHE / "disk.img").unlink(missing_ok=True)
    run("mkfs.ext4", "-q", "-d", root, CACHE / "disk.img", "2G")


def compile_all(root: Path, folder: str) -> None:
    """An emulated processor needs minutes for this."""
    words = ("-m", "compileall", "-q", "-j0", "--invalidation-mode", "unchecked-hash", folder)
    run("chroot", root, "python3", *words)


def _first_disk(root: Path, release: str) -> None:
    """The initramfs: busybox, the modules of the disk in their order, and first.sh."""
    folder = CACHE / "first"
    shutil.rmtree(folder, ignore_errors=True)
    for name in ("bin", "modules", "proc", "sys", "dev", "new"):
        (folder / name).mkdir(parents=True)
    shutil.copy(root / "bin/busybox", folder / "bin")
    for n, path in enumerate(_modules(root, release, IN_FIRST_DISK)):
        shutil.copy(path, folder / f"modules/{n:02}.ko")
    shutil.copy(Path(__file__).with_name("first.sh"), folder / "init")
    (folder / "init").chmod(0o755)
    names = "\n".join(str(p.relative_to(folder)) for p in sorted(folder.rglob("*")))
    cpio = ["cpio", "-o", "-H", "newc", "--quiet"]
    packed = subprocess.run(cpio, cwd=folder, input=names.encode(), capture_output=True, check=True)
    (CACHE / "first.img").write_bytes(packed.stdout)

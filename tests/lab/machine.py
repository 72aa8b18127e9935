"""One emulated machine: QEMU's own processor emulation, no virtualisation asked of the host."""

import subprocess
import tarfile
import tempfile
import threading
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from tests.lab.image import ROOT, Image, compile_all, run

MEMORY_MB = 768
OF_THE_CHECKOUT = ("edge", "drivers", "config", "tests", "pyproject.toml")


class Machine:
    """Powered on when made; `cut` takes the power away; `lines` is what it says on its second serial line."""

    def __init__(self, image: Image, code: Path, console: Path, say: Mapping[str, str], *more: str) -> None:
        told = " ".join(f"lab.{key}={value}" for key, value in say.items())
        self.console = console
        self._process = subprocess.Popen(
            [
                *(
                    "qemu-system-x86_64",
                    "-accel",
                    "tcg,thread=multi",
                    "-cpu",
                    "max",
                    "-smp",
                    "2",
                    "-m",
                    str(MEMORY_MB),
                ),
                *("-nodefaults", "-no-user-config", "-nographic", "-no-reboot"),
                *("-kernel", str(image.kernel), "-initrd", str(image.first_disk)),
                *("-append", f"console=ttyS0 quiet panic=-1 random.trust_cpu=on mitigations=off {told}"),
                *("-drive", f"file={image.disk},if=virtio,format=raw,readonly=on"),
                *("-drive", f"file={code},if=virtio,format=raw,readonly=on"),
                *("-serial", f"file:{console}", "-serial", "stdio", "-device", "virtio-rng-pci", *more),
            ],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            text=True,
        )

    def lines(self, within_s: float) -> Iterator[str]:
        """Until it is off; it is switched off when it has hung for so long."""
        assert self._process.stdout
        watch = threading.Timer(within_s, self._process.kill)
        watch.start()
        try:
            yield from self._process.stdout
        finally:
            watch.cancel()

    @property
    def is_on(self) -> bool:
        return self._process.poll() is None

    def wait(self) -> None:
        """Until it has switched itself off."""
        self._process.wait()

    def cut(self) -> None:
        """Power off, at once."""
        self._process.kill()
        self._process.wait()

    def __enter__(self) -> "Machine":
        return self

    def __exit__(self, *_: object) -> None:
        self.cut()
        assert self._process.stdout
        self._process.stdout.close()


def _introduce(code: Path) -> None:
    """The product's name and version, as an installation would leave them beside it."""
    project = tomllib.loads((code / "pyproject.toml").read_text("utf-8"))["project"]
    info = code / f"bianmin_edge-{project['version']}.dist-info"
    info.mkdir()
    lines = ("Metadata-Version: 2.1", f"Name: {project['name']}", f"Version: {project['version']}")
    (info / "METADATA").write_text("\n".join(lines) + "\n")


def pack(image: Image, target: Path, *, names: Sequence[str] = OF_THE_CHECKOUT, commit: str = "") -> None:
    """The code as a disk: of a commit, or of the files as they lie here; compiled by its own Python."""
    with tempfile.TemporaryDirectory(dir=image.root / "code") as folder:
        if commit:
            archive = Path(folder) / "archive.tar"
            run("git", "archive", "-o", archive, commit, *names, cwd=ROOT)
            run("tar", "-x", "-C", folder, "-f", archive)
            archive.unlink()
        else:
            listed = run("git", "ls-files", "-co", "--exclude-standard", *names, cwd=ROOT).split("\n")
            here = "\n".join(name for name in listed if (ROOT / name).is_file())
            (Path(folder) / "names").write_text(here)
            run("sh", "-c", f'tar -c -C "{ROOT}" -T "{folder}/names" | tar -x -C "{folder}"')
        _introduce(Path(folder))
        compile_all(image.root, f"/code/{Path(folder).name}")
        with tarfile.open(target, "w") as tar:
            tar.add(folder, ".")

"""`python -m tests.systemd.rights`: what a real polkitd allows by 50-bianmin.rules, and to whom.

Needs root, Debian's polkitd, dbus and util-linux. Everything happens in a mount namespace of its own, on a
bus of its own: nothing of this machine changes, nothing is restarted. Exit status 0: just what the staff's
page needs.
"""

import os
import subprocess
import sys
import tempfile
import threading
from contextlib import ExitStack
from pathlib import Path

RULES = Path(__file__).parents[2] / "systemd/50-bianmin.rules"
POLKITD = next((p for p in ("/usr/lib/polkit-1/polkitd", "/usr/libexec/polkitd") if Path(p).exists()), "")
USER, OTHER = "bianmin", "nobody"
WANTED = ("reboot", "reboot-multiple-sessions", "power-off", "power-off-multiple-sessions")
"""Without a session of its own, and beside those of the screens."""
UNWANTED = ("suspend", "hibernate", "halt")
BUS = """<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig><type>system</type><listen>unix:path={folder}/bus</listen><auth>EXTERNAL</auth>
<policy context="default"><allow user="*"/><allow own="*"/><allow send_destination="*"/>
<allow receive_type="method_call"/><allow receive_type="signal"/><allow receive_type="method_return"/>
<allow receive_type="error"/></policy></busconfig>
"""


def main() -> int:
    if not POLKITD or os.geteuid() != 0:
        sys.stderr.write("this needs root and the packages polkitd and dbus\n")
        return 2
    if "--inside" not in sys.argv:
        again = [sys.executable, "-m", "tests.systemd.rights", "--inside"]
        return subprocess.run(["unshare", "--mount", *again], check=False).returncode
    told = {with_rules: _allowed(with_rules) for with_rules in (False, True)}
    expected = {False: set(), True: {(USER, action) for action in WANTED}}
    for with_rules, allowed in told.items():
        said = ", ".join(f"{user}: {action}" for user, action in sorted(allowed)) or "nothing"
        sys.stdout.write(f"{'with' if with_rules else 'without'} {RULES.name}: {said}\n")
    return 0 if told == expected else 1


def _allowed(with_rules: bool) -> set[tuple[str, str]]:
    """(user, action) that polkitd says yes to."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        folder.chmod(0o755)
        _cover(folder, with_rules)
        stack.callback(subprocess.run, ["umount", "/etc/polkit-1/rules.d", "/etc/passwd"], check=True)
        env = {**os.environ, "DBUS_SYSTEM_BUS_ADDRESS": f"unix:path={folder}/bus"}
        (folder / "bus.conf").write_text(BUS.format(folder=folder))
        bus = ["dbus-daemon", f"--config-file={folder}/bus.conf", "--nofork", "--nopidfile"]
        for command in (bus, [POLKITD, "--no-debug"]):
            quiet = subprocess.DEVNULL
            process = subprocess.Popen(command, env=env, stdout=quiet, stderr=quiet)
            stack.callback(process.wait)
            stack.callback(process.kill)
            _wait(lambda: (folder / "bus").exists())
        _wait(lambda: _ask("reboot", os.getpid(), env) == 0)  # root may, as soon as somebody answers
        found = set()
        for user in (USER, OTHER):
            with subprocess.Popen(["setpriv", f"--reuid={user}", "--clear-groups", "sleep", "60"]) as subject:
                _wait(lambda pid=subject.pid: Path(f"/proc/{pid}/comm").read_text().strip() == "sleep")
                found |= {(user, a) for a in (*WANTED, *UNWANTED) if _ask(a, subject.pid, env) == 0}
                subject.kill()
        return found


def _cover(folder: Path, with_rules: bool) -> None:
    """The rules, and a user of the daemon's name, for this namespace alone."""
    (folder / "rules").mkdir()
    if with_rules:
        (folder / "rules" / RULES.name).write_bytes(RULES.read_bytes())
    people = Path("/etc/passwd").read_text()
    line = f"{USER}:x:61999:61999::/nowhere:/usr/sbin/nologin\n"
    (folder / "passwd").write_text(people if f"\n{USER}:" in people else people + line)
    subprocess.run(["mount", "--bind", folder / "rules", "/etc/polkit-1/rules.d"], check=True)
    subprocess.run(["mount", "--bind", folder / "passwd", "/etc/passwd"], check=True)


def _ask(action: str, pid: int, env: dict[str, str]) -> int:
    command = ["pkcheck", "--action-id", f"org.freedesktop.login1.{action}", "--process", str(pid)]
    return subprocess.run(command, env=env, capture_output=True, check=False).returncode


def _wait(wanted) -> None:  # type: ignore[no-untyped-def]
    for _ in range(100):
        if wanted():
            return
        threading.Event().wait(0.05)
    raise TimeoutError("polkitd does not answer")


if __name__ == "__main__":
    sys.exit(main())

"""The udev rules' grammar, read by hand: udev of systemd 252 has no `verify`."""

import re
from pathlib import Path

import pytest

RULES = Path(__file__).parents[2] / "systemd" / "70-bianmin.rules"
# udev(7), "Keys to match" and "Keys to assign".
MATCHES = {
    "ACTION",
    "KERNEL",
    "SUBSYSTEM",
    "DRIVER",
    "ATTR",
    "ENV",
    "KERNELS",
    "SUBSYSTEMS",
    "DRIVERS",
    "ATTRS",
}
MATCHES |= {"TEST", "TAG", "DEVPATH", "PROGRAM", "RESULT"}
ASSIGNS = {
    "NAME",
    "SYMLINK",
    "OWNER",
    "GROUP",
    "MODE",
    "ATTR",
    "ENV",
    "TAG",
    "RUN",
    "LABEL",
    "GOTO",
    "IMPORT",
}
TERM = re.compile(r'([A-Z]+)(?:\{([^}]+)\})?(==|!=|=|\+=|-=|:=)"([^"]*)"')


def problems(text: str) -> list[str]:
    found, labels, jumps = [], set(), set()
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip() or line.startswith("#"):
            continue
        terms = [part.strip() for part in re.split(r',(?=(?:[^"]*"[^"]*")*[^"]*$)', line)]
        for term in terms:
            match = TERM.fullmatch(term)
            if not match:
                found.append(f"{number}: not a term: {term}")
                continue
            key, _, operator, value = match.groups()
            if key not in (MATCHES if operator in ("==", "!=") else ASSIGNS):
                found.append(f"{number}: {key} does not go with {operator}")
            labels |= {value} if key == "LABEL" else set()
            jumps |= {value} if key == "GOTO" else set()
    return found + [f"no label {jump}" for jump in jumps - labels]


def test_the_rules_are_well_formed() -> None:
    assert problems(RULES.read_text("utf-8")) == []


def test_the_lines_to_be_filled_in_by_hand_are_well_formed_too() -> None:
    text = RULES.read_text("utf-8")
    freed = re.sub(r"^#(?=[A-Z]+==)", "", text, flags=re.M)
    assert freed.count('\nSUBSYSTEM=="') > text.count('\nSUBSYSTEM=="')
    assert problems(freed) == []


@pytest.mark.parametrize(
    "line",
    ['SUBSYSTEM="tty" MODE="0660"', 'SUBSYSTEMM=="tty"', 'SYMLINK=="a"', 'GOTO="nowhere"', "MODE=0660"],
)
def test_a_mistake_is_seen(line: str) -> None:
    assert problems(line)

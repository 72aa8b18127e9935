"""`python -m tests.lab.status`: does the lab's result belong to the drivers of now? Exit status 1: no."""

import sys

from tests.lab.parts import FILES, PARTS
from tests.lab.results import changed, failed, load, newest


def told() -> list[tuple[bool, str]]:
    """For each part: whether its result holds for the files of now, and a line that says why or why not."""
    parts, lines = load(), []
    for name in PARTS:
        if name not in parts:
            lines.append((False, f"{name}: never tried"))
            continue
        part = parts[name]
        ill, other = failed(part), changed(part, FILES[name])
        of = f"{len(part['checks'])} checks at {part['commit'][:10]}, {part['at']:%Y-%m-%d}"
        why = f"changed since: {', '.join(other)}" if other else "of the present files"
        if ill:
            why = f"failed: {ill}"
        lines.append((not ill and not other, f"{name}: {of}; {why}"))
    return lines


def main() -> int:
    lines = told()
    print(newest() or "no result yet: make lab")
    for _, line in lines:
        print(line)
    return 0 if all(holds for holds, _ in lines) else 1


if __name__ == "__main__":
    sys.exit(main())

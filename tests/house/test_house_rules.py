"""Rules that hold for every file of the product."""

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PRODUCT = ("edge", "drivers", "kiosk_ui")
HAN = re.compile(r"[\u3400-\u9fff\uf900-\ufaff]")
TOP_LEVEL = {
    "edge",
    "drivers",
    "kiosk_ui",
    "config",
    "systemd",
    "tests",
    "pyproject.toml",
    "README.md",
    "Makefile",
    "LICENSE",
    "CHANGELOG.md",
    "requirements.lock",
}


def files(*packages: str, ending: str = ".py") -> Iterator[Path]:
    for package in packages:
        yield from sorted((ROOT / package).rglob(f"*{ending}"))


def name(path: Path) -> str:
    return str(path.relative_to(ROOT))


def tool(*words: str) -> None:
    """Run a development tool from the root; its own words are the failure."""
    done = subprocess.run(
        [sys.executable, "-m", *words], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-2000:]


def test_the_linter_is_content() -> None:
    tool("ruff", "check", "--no-cache", "--output-format", "concise", ".")


def test_the_formatter_is_content() -> None:
    tool("ruff", "format", "--no-cache", "--check", "--output-format", "concise", ".")


def test_types_hold() -> None:
    tool("mypy")


def test_nobody_imports_what_stands_above() -> None:
    done = subprocess.run(
        [Path(sys.executable).with_name("lint-imports"), "--no-cache"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-2000:]


def literals(tree: ast.AST) -> Iterator[ast.Constant]:
    """String constants that are not documentation."""
    bare = {id(n.value) for n in ast.walk(tree) if isinstance(n, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in bare:
            yield node


def test_words_for_people_stand_in_the_catalogue_not_in_code() -> None:
    found = [
        f"{name(path)}:{node.lineno}: {node.value!r}"
        for path in files(*PRODUCT)
        for node in literals(ast.parse(path.read_text("utf-8")))
        if HAN.search(node.value)
    ]
    assert found == []


@pytest.mark.parametrize("ending", [".html", ".js", ".css"])
def test_words_for_people_stand_in_the_catalogue_not_in_pages(ending: str) -> None:
    comments = re.compile(r"\{#.*?#\}|<!--.*?-->|/\*.*?\*/|^\s*//.*?$", re.DOTALL | re.MULTILINE)
    found = [
        name(path)
        for path in files(*PRODUCT, ending=ending)
        if HAN.search(comments.sub("", path.read_text("utf-8")))
    ]
    assert found == []


def test_no_file_holds_more_than_one_idea() -> None:
    long = {name(p): p.read_text("utf-8").count("\n") for p in files(*PRODUCT, "tests")}
    assert {p: n for p, n in long.items() if n > 500} == {}


def test_every_module_opens_with_a_sentence() -> None:
    silent = [
        name(p)
        for p in files(*PRODUCT)
        if p.name != "__init__.py" and not ast.get_docstring(ast.parse(p.read_text("utf-8")))
    ]
    assert silent == []


def test_packages_are_empty_doors() -> None:
    assert [name(p) for p in files(*PRODUCT) if p.name == "__init__.py" and p.read_bytes()] == []


FORBIDDEN = {
    r"\bTODO\b|\bFIXME\b|\bXXX\b|NotImplementedError": "unfinished",
    r"shell=True|\bos\.system\(|\beval\(|\bexec\(|\bpickle\b": "runs what it was given",
    r"\bverify=False|CERT_NONE": "trusts anybody",
    r"print\([^)]*traceback": "a person sees a traceback",
}


MAY = {"edge/enrolment.py": "# compared with the code's fingerprint before it is believed"}
"""A line of this file that ends so; a box has to hear its county for a first time."""


@pytest.mark.parametrize("pattern", FORBIDDEN, ids=FORBIDDEN.values())
def test_the_product_does_not_hold(pattern: str) -> None:
    found = [
        f"{name(path)}:{number}: {line.strip()}"
        for path in files(*PRODUCT)
        for number, line in enumerate(path.read_text("utf-8").splitlines(), 1)
        if re.search(pattern, line) and not line.rstrip().endswith(MAY.get(name(path), "\n"))
    ]
    assert found == []


def test_no_path_of_some_machine_is_in_the_code() -> None:
    found = [
        f"{name(path)}:{node.lineno}: {node.value!r}"
        for path in files(*PRODUCT)
        for node in literals(ast.parse(path.read_text("utf-8")))
        if re.match(r"/(work|tmp|home|root|Users)(/|$)", node.value)
    ]
    assert found == []


def test_nobody_sleeps_to_wait_for_something() -> None:
    """But simulated people, and a command that watches a journal of another process."""
    may = ("edge/demo/", "edge/commands/")
    sleeps = re.compile(r"\btime\.sleep\(|(?<![.\w])sleep\(")
    found = [name(p) for p in files(*PRODUCT) if sleeps.search(p.read_text("utf-8"))]
    assert [f for f in found if not f.startswith(may)] == []


def test_the_doors_are_served_by_a_well_kept_library() -> None:
    """The twins' control door may: it is on loopback, and never in a hall."""
    found = [name(p) for p in files("edge", "kiosk_ui") if "http.server" in p.read_text("utf-8")]
    assert found == []


def test_no_test_is_passed_over() -> None:
    mark = re.compile(r"@pytest\.mark\.(skip|skipif|xfail)\b|\bpytest\.(skip|xfail|importorskip)\(")
    found = [name(p) for p in files("tests") if mark.search(p.read_text("utf-8"))]
    assert found == []


def test_no_two_test_files_bear_one_name() -> None:
    seen: dict[str, Path] = {}
    for path in files("tests"):
        if path.name.startswith("test_"):
            assert path.name not in seen, f"{name(path)} and {name(seen[path.name])}"
            seen[path.name] = path


def test_the_top_of_the_repository_is_what_the_contract_says() -> None:
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True)
    tops = {line.partition("/")[0] for line in listed.stdout.splitlines()}
    assert {t for t in tops if not t.startswith(".")} - TOP_LEVEL == set()


def test_third_party_names_appear_in_one_place_each() -> None:
    """Architecture §4.6: where each library may be named. Folders end with a slash."""
    homes = {
        "paho": ("edge/mqtt_session.py", "edge/demo/"),
        "serial": ("drivers/links", "drivers/twins/"),
        "evdev": ("drivers/links", "drivers/keys"),
        "usb": ("drivers/links_usb.py",),
        "escpos": ("drivers/printer_escpos.py", "drivers/escpos_slip.py"),
        "cv2": ("edge/scan/", "drivers/camera", "drivers/links_video", "edge/demo/"),
        "numpy": ("edge/scan/", "drivers/camera", "drivers/links_video", "edge/demo/"),
        "sqlite3": (
            "edge/journal",
            "edge/sidestore.py",
            "edge/archive.py",
        ),
        "pygame": ("kiosk_ui/",),
        "aiohttp": ("edge/doors/", "edge/center/", "drivers/links_websocket.py", "drivers/twins/"),
        "pydantic": ("edge/settings", "edge/doors/"),
        "cryptography": (
            "edge/sealed_box.py",
            "edge/recovery.py",
            "edge/readers/county_commands.py",
            "edge/credentials.py",
            "edge/center/",
        ),
        "sqlalchemy": ("edge/center/",),
        "alembic": ("edge/center/",),
        "tomlkit": ("edge/settings", "drivers/twins/"),
        "pypinyin": ("edge/commands/",),
    }
    found = []
    for path in files(*PRODUCT):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            names = [a.name for a in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) and not node.level else []
            for top in {n.partition(".")[0] for n in names}:
                if top in homes and not name(path).startswith(homes[top]):
                    found.append(f"{name(path)}:{node.lineno}: {top}")
    assert found == []

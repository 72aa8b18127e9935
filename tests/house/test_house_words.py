"""Every sentence that the code asks for is in the catalogue, and every sentence there is asked for."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from drivers.errors import Fault
from edge import paths, settings
from edge.doors.problems import STATUS
from edge.hall.reasons import No
from edge.texts import Texts, fields_of

ROOT = Path(__file__).resolve().parents[2]
PRODUCT = ("edge", "drivers", "kiosk_ui")
CHINESE = Texts.load("zh-CN", paths.shared("texts")).phrases
SECTIONS = sorted({key.partition(".")[0] for key in CHINESE})
KEY = re.compile(rf"(?:{'|'.join(SECTIONS)})\.[a-z0-9_.]+")
FILE_ENDINGS = (".css", ".js", ".html", ".json", ".toml", ".png")
QUOTED = re.compile(r"""["']([^"'\n]*)["']""")


def sources(ending: str) -> Iterator[str]:
    for package in PRODUCT:
        for path in sorted((ROOT / package).rglob(f"*{ending}")):
            yield path.read_text("utf-8")


def gather() -> tuple[set[str], list[re.Pattern[str]]]:
    """All string constants of code and pages, and what f-strings can become, as patterns."""
    words: set[str] = set()
    shapes: set[str] = set()
    for text in sources(".py"):
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                words.add(node.value)
            elif isinstance(node, ast.JoinedStr):
                parts = [v.value if isinstance(v, ast.Constant) else None for v in node.values]
                shapes.add("".join("(.+)" if p is None else re.escape(str(p)) for p in parts))
    for text in (*sources(".html"), *sources(".js")):
        words.update(QUOTED.findall(text))
    shapes.update(re.escape(w) + "(.+)" for w in words if re.fullmatch(r"[a-z_.]+\.", w))
    made = [s for s in shapes if re.search(r"[a-z]", s) or s == "(.+)_(.+)"]
    return words, [re.compile(s) for s in made]


WORDS, SHAPES = gather()


def is_used(text: str, depth: int = 0) -> bool:
    """It stands in the code, or f-strings make it of pieces that do."""
    if text in WORDS or (depth and text.isdigit()):
        return True
    matches = (shape.fullmatch(text) for shape in SHAPES) if depth < 3 else ()
    return any(m and all(is_piece(g, depth + 1) for g in m.groups()) for m in matches)


def is_piece(text: str, depth: int) -> bool:
    return is_used(text, depth) or ("." in text and all(part in WORDS for part in text.split(".")))


def test_every_key_given_to_the_catalogue_is_there() -> None:
    calls = re.compile(r"""texts\.get\(\s*["']([^"']+)["']""")
    asked = {key for text in sources(".py") for key in calls.findall(text)}
    assert asked
    assert {
        k for k in asked if not any(k == c or (k.endswith(".") and c.startswith(k)) for c in CHINESE)
    } == set()


def test_every_sentence_a_screen_asks_for_is_there() -> None:
    screens = "\n".join(p.read_text("utf-8") for p in sorted((ROOT / "kiosk_ui").rglob("*.py")))
    asked = set(re.findall(r"""\bwords\(\s*["']([a-z0-9_]+)["']""", screens))
    assert len(asked) > 20
    assert {key for key in asked if f"ui.{key}" not in CHINESE} == set()


NO_SENTENCES = {"content.update", "report.request", "center.listen"}
"""Names of the county's commands, and of settings, that look like sentences' keys."""


def test_every_sentence_asked_for_is_there() -> None:
    asked = {w for w in WORDS if KEY.fullmatch(w) and not w.endswith(FILE_ENDINGS)} - NO_SENTENCES
    begun = {key[: m.end()] for key in CHINESE for m in re.finditer(r"[._]", key)}
    assert {k for k in asked if k not in CHINESE and not {k, f"{k}.", f"{k}_"} & begun} == set()


def test_every_sentence_there_is_asked_for() -> None:
    assert [key for key in CHINESE if not is_used(key)] == []


def test_every_no_of_the_hall_has_its_sentence() -> None:
    assert {k.removeprefix("refused.") for k in CHINESE if k.startswith("refused.")} >= {str(no) for no in No}


def test_every_no_of_the_door_has_its_sentence() -> None:
    assert [reason for reason in STATUS if f"door.{reason}" not in CHINESE] == []


def test_every_fault_of_a_device_has_its_sentence_and_none_is_made_up() -> None:
    assert {k.removeprefix("fault.") for k in CHINESE if k.startswith("fault.")} == {str(f) for f in Fault}


def test_every_refusal_written_in_code_has_its_sentence() -> None:
    raised = {
        m[1] for text in sources(".py") for m in re.finditer(r"\bRefused\(\s*[\"']([a-z_]+)[\"']", text)
    }
    assert {r for r in raised if f"refused.{r}" not in CHINESE} == set()


@pytest.mark.parametrize("language", [p.stem for p in sorted(paths.shared("texts").glob("*.toml"))])
def test_every_language_says_the_same_things(language: str) -> None:
    phrases = Texts.load(language, paths.shared("texts")).phrases
    assert phrases.keys() == CHINESE.keys()
    for key, phrase in phrases.items():
        assert phrase.strip() == phrase != "", key
        assert fields_of(phrase) <= fields_of(CHINESE[key]), key


def test_sentences_stand_once_and_in_the_same_order_of_sections() -> None:
    heads = [
        re.findall(r"^\[([a-z_.]+)\]", p.read_text("utf-8"), re.MULTILINE)
        for p in sorted(paths.shared("texts").glob("*.toml"))
    ]
    assert heads[0] == heads[1]


def test_every_hall_in_the_product_loads() -> None:
    halls = [p.parent for p in sorted(paths.shared().glob("*/hall.toml"))]
    assert halls
    for folder in halls:
        assert settings.load(folder).plan.name


def test_every_hall_in_the_product_marks_its_people_as_made_up() -> None:
    for folder in paths.shared().glob("*/staff.toml"):
        text = folder.read_text("utf-8")
        assert "示例" in text
        assert all("ＸＸ" in person.name for person in settings.load(folder.parent).staff.values())

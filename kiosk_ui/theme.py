"""Colours and sizes of the screens: palettes, type sizes, and millimetres turned into pixels."""

from dataclasses import dataclass

Colour = tuple[int, int, int]


@dataclass(frozen=True)
class Palette:
    """Named colours; every text colour is declared with its ground in PAIRS."""

    name: str
    sky: Colour
    sky_deep: Colour
    hill_far: Colour
    hill_near: Colour
    on_sky: Colour
    on_sky_soft: Colour
    sky_panel: Colour
    page: Colour
    page_low: Colour
    card: Colour
    card_pressed: Colour
    line: Colour
    ink: Colour
    muted: Colour
    accent: Colour
    accent_deep: Colour
    accent_soft: Colour
    on_accent: Colour
    ok: Colour
    ok_soft: Colour
    warn: Colour
    warn_soft: Colour
    shut: Colour
    shut_ink: Colour
    outline: int = 0
    """Width of the line around cards and buttons, in thousandths of the layout unit; 0: shadows instead."""
    least: float = 4.5
    """The least contrast of every declared pair."""
    tints: tuple[tuple[Colour, Colour], ...] = ()
    """(ground, icon) per service, in turn."""


LIGHT = Palette(
    name="light",
    sky=(24, 100, 214),
    sky_deep=(9, 58, 148),
    hill_far=(22, 86, 186),
    hill_near=(13, 68, 162),
    on_sky=(255, 255, 255),
    on_sky_soft=(222, 235, 255),
    sky_panel=(10, 58, 142),
    page=(238, 243, 251),
    page_low=(247, 249, 253),
    card=(255, 255, 255),
    card_pressed=(222, 234, 253),
    line=(214, 223, 236),
    ink=(18, 32, 56),
    muted=(82, 97, 122),
    accent=(20, 92, 206),
    accent_deep=(10, 66, 160),
    accent_soft=(230, 239, 253),
    on_accent=(255, 255, 255),
    ok=(6, 105, 70),
    ok_soft=(219, 243, 231),
    warn=(128, 70, 0),
    warn_soft=(255, 240, 205),
    shut=(228, 233, 241),
    shut_ink=(80, 91, 109),
    tints=(
        ((223, 235, 254), (20, 92, 206)),
        ((252, 234, 214), (176, 84, 8)),
        ((253, 226, 232), (190, 32, 72)),
        ((220, 243, 230), (12, 122, 80)),
        ((235, 229, 251), (96, 62, 190)),
        ((216, 241, 245), (8, 112, 132)),
    ),
)

CONTRAST = Palette(
    name="contrast",
    sky=(0, 0, 0),
    sky_deep=(0, 0, 0),
    hill_far=(0, 0, 0),
    hill_near=(0, 0, 0),
    on_sky=(255, 230, 0),
    on_sky_soft=(255, 255, 255),
    sky_panel=(0, 0, 0),
    page=(0, 0, 0),
    page_low=(0, 0, 0),
    card=(0, 0, 0),
    card_pressed=(90, 80, 0),
    line=(255, 230, 0),
    ink=(255, 255, 255),
    muted=(255, 255, 255),
    accent=(255, 230, 0),
    accent_deep=(255, 230, 0),
    accent_soft=(0, 0, 0),
    on_accent=(0, 0, 0),
    ok=(120, 255, 160),
    ok_soft=(0, 0, 0),
    warn=(255, 200, 80),
    warn_soft=(0, 0, 0),
    shut=(0, 0, 0),
    shut_ink=(190, 190, 190),
    outline=4,
    least=7.0,
    tints=(((0, 0, 0), (255, 230, 0)),),
)

PAIRS = (
    ("on_sky", "sky"),
    ("on_sky", "sky_deep"),
    ("on_sky_soft", "sky"),
    ("on_sky", "sky_panel"),
    ("on_sky_soft", "sky_panel"),
    ("ink", "card"),
    ("ink", "page"),
    ("ink", "card_pressed"),
    ("muted", "card"),
    ("muted", "page"),
    ("muted", "card_pressed"),
    ("muted", "accent_soft"),
    ("accent", "card"),
    ("accent", "accent_soft"),
    ("ink", "accent_soft"),
    ("on_accent", "accent"),
    ("on_accent", "accent_deep"),
    ("ok", "ok_soft"),
    ("ok", "card"),
    ("warn", "warn_soft"),
    ("shut_ink", "shut"),
)


@dataclass(frozen=True)
class BoardPalette:
    """The hall screen's colours: dark, read from eight metres."""

    back: Colour = (7, 20, 48)
    back_low: Colour = (10, 32, 78)
    panel: Colour = (19, 45, 96)
    panel_dim: Colour = (15, 33, 70)
    ink: Colour = (255, 255, 255)
    soft: Colour = (178, 208, 255)
    card: Colour = (255, 255, 255)
    number: Colour = (16, 82, 196)
    card_ink: Colour = (18, 32, 56)
    card_soft: Colour = (82, 97, 122)
    band: Colour = (255, 196, 40)
    band_ink: Colour = (40, 26, 0)
    fresh: Colour = (255, 214, 84)
    fresh_ink: Colour = (52, 30, 0)
    ok: Colour = (128, 235, 178)
    warn: Colour = (255, 205, 110)
    notice: Colour = (4, 12, 30)
    notice_ink: Colour = (255, 224, 140)


BOARD = BoardPalette()
BOARD_PAIRS = (
    ("ink", "back"),
    ("ink", "panel"),
    ("soft", "panel"),
    ("soft", "panel_dim"),
    ("soft", "back_low"),
    ("number", "card"),
    ("card_ink", "card"),
    ("card_soft", "card"),
    ("band_ink", "band"),
    ("fresh_ink", "fresh"),
    ("ok", "panel"),
    ("warn", "panel"),
    ("warn", "panel_dim"),
    ("notice_ink", "notice"),
)

LARGE = 1.4
LOW_HEAD = 0.46
"""A share of the height: what is touched lies below (standards: 800 to 1100 mm above the floor)."""
TOUCH_MM = 20.0
"""The least side of what a finger must hit (facts: Colle & Hiszem 2004; standing users)."""


@dataclass(frozen=True)
class Theme:
    """How one touch screen looks: its pixels and millimetres, its palette, and whether the type is large."""

    width: int
    height: int
    width_mm: float
    palette: Palette = LIGHT
    large: bool = False
    low: bool = False
    """Low reach: whatever is touched lies in the lower half of a standing screen."""

    @property
    def portrait(self) -> bool:
        return self.height >= self.width

    @property
    def unit(self) -> float:
        """Pixels per layout unit: 1 on 1080x1920, and on 1280x800 lying."""
        if self.portrait:
            return min(self.width / 1080, self.height / 1920)
        return min(self.width / 1280, self.height / 800)

    def u(self, units: float) -> int:
        return round(units * self.unit)

    def head(self, units: float) -> int:
        """Pixels of a page's head: as asked for, and down to the half where the reach is low."""
        least = round(self.height * LOW_HEAD) if self.low and self.portrait else 0
        return max(self.u(units), least)

    def mm(self, millimetres: float) -> int:
        return -int(-millimetres * self.width / self.width_mm // 1)

    @property
    def touch(self) -> int:
        return self.mm(TOUCH_MM)

    def type(self, units: float) -> int:
        """Pixels of a type size given in units of 1080x1920; lying screens are nearer and smaller."""
        scale = self.unit * (1.0 if self.portrait else 0.84)
        return round(units * scale * (LARGE if self.large else 1.0))


def contrast(a: Colour, b: Colour) -> float:
    """WCAG 2.2 contrast ratio, 1 to 21."""

    def light(colour: Colour) -> float:
        parts = [c / 255 for c in colour]
        lin = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
        return 0.2126 * lin[0] + 0.7152 * lin[1] + 0.0722 * lin[2]

    high, low = sorted((light(a), light(b)), reverse=True)
    return (high + 0.05) / (low + 0.05)

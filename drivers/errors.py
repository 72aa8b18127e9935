"""What can go wrong on a wire."""

from enum import StrEnum


class Fault(StrEnum):
    """A device's trouble: a key of the text catalogue (`fault.paper_out`), and what the county sees."""

    NO_ANSWER = "no_answer"
    REFUSED = "refused"
    """It answered, and said no."""
    OFFLINE = "offline"
    PAPER_OUT = "paper_out"
    PAPER_LOW = "paper_low"
    COVER_OPEN = "cover_open"
    CUTTER = "cutter"
    OVERHEATED = "overheated"
    BAD_FRAMES = "bad_frames"
    BAD_PICTURE = "bad_picture"
    IN_USE = "in_use"
    """Another program holds it."""
    WRONG_MODE = "wrong_mode"
    """It works, and not as the config asks."""
    BAD_LINES = "bad_lines"
    """A file has lines that say nothing."""
    ON_BATTERY = "on_battery"
    BATTERY_LOW = "battery_low"
    REPLACE_BATTERY = "replace_battery"
    NO_PINS = "no_pins"
    """This machine has no pins for switches, or not the library for them."""
    LINK_LOST = "link_lost"
    NOT_OPENED = "not_opened"
    BUG = "bug"
    """The driver failed in a way nobody planned; the log has the trace."""


class DriverError(Exception):
    """Base of what drivers and links raise."""


class LinkLost(DriverError):
    """The wire is gone: close everything on it, back off, open again."""


class DeviceFault(DriverError):
    """The device is there, and in trouble."""

    def __init__(self, code: Fault, detail: str = "", *, begun: bool = False) -> None:
        super().__init__(f"{code}: {detail}" if detail else str(code))
        self.code = code
        self.detail = detail
        self.begun = begun
        """Bytes of the job had already left: its end is unknown unless the device said otherwise."""


class FrameError(DriverError):
    """Bytes that are no frame of this format."""


class UnknownDriver(DriverError):
    def __init__(self, name: str, known: tuple[str, ...]) -> None:
        super().__init__(f"no driver {name!r} (there are: {', '.join(known)})")
        self.name = name
        self.known = known

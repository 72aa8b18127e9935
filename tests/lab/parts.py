"""The lab's parts in the order in which they run, and the files that a part's result is about."""

from collections.abc import Mapping

_PADS = ("callpad_evdev", "rating_evdev", "keypad", "keys", "links_input", "links_wake")
_PRINTER = ("printer_escpos", "escpos_slip", "escpos_status", "links_usb", "links_wake")
_SERIAL = ("board_onbon_k", "callpad_framed", "rating_framed", "addressed", "framing", "links", "links_wake")
_CAMERA = ("camera_opencv", "links_video")
_BOOKS = ("journal", "journal_file", "registrar", "recovery")
_DOCTOR = ("plugged", "naming", "answering")
_CARE = ("edge/supervisor.py", "edge/seats.py")


def _drivers(*names: str) -> tuple[str, ...]:
    return (*(f"drivers/{name}.py" for name in names), *_CARE)


FILES: Mapping[str, tuple[str, ...]] = {
    "evdev": _drivers(*_PADS),
    "usbpad": _drivers(*_PADS, "scanner_evdev", "wedge"),
    "usblp": _drivers(*_PRINTER),
    "libusb": _drivers(*_PRINTER),
    "serial": _drivers(*_SERIAL),
    "video": _drivers(*_CAMERA),
    "doctor": tuple(f"edge/doctor/{name}.py" for name in _DOCTOR),
    "visit": _drivers(
        "callpad_evdev", "links_input", "printer_escpos", "links_usb", "board_onbon_k", "links"
    ),
    "power": tuple(f"edge/{name}.py" for name in _BOOKS),
}
PARTS = tuple(FILES)
DEVICES = PARTS[:-1]
"""Each is a module of tests.lab.inside."""

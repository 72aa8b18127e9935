"""What the link threads tell, brought to whom it concerns."""

from typing import Protocol

from drivers.capabilities import DeviceStatus
from drivers.readings import AnyReading, CardShown, ContactChanged, Punched, PunchRefused, Scanned
from edge.doors.cards import Cards
from edge.doors.pads import Pads
from edge.doors.scans import Scans
from edge.hall.events import DeviceChanged
from edge.hall.machine_events import ContactChanged as ContactNoted
from edge.registrar import Registrar


class Attends(Protocol):
    def heard(self, device: str, line: Punched | PunchRefused) -> str: ...


class Ears:
    """The supervisor's listener."""

    def __init__(
        self, registrar: Registrar, pads: Pads, cards: Cards, scans: Scans, attendance: Attends
    ) -> None:
        self._registrar, self._pads, self._cards, self._scans = registrar, pads, cards, scans
        self._attendance = attendance

    def heard(self, device: str, reading: AnyReading) -> str:
        """The hall's word: empty, it is done; else why not. Raises JournalError, Refused."""
        match reading:
            case CardShown():
                self._cards.shown(device, reading)
            case Scanned():
                return self._scans.heard(device, reading.text)
            case ContactChanged():
                self._registrar.note(ContactNoted(device=device, closed=reading.is_closed))
            case Punched() | PunchRefused():
                return self._attendance.heard(device, reading)
            case _:
                return self._pads.heard(device, reading)
        return ""

    def changed(self, device: str, status: DeviceStatus) -> None:
        """Raises JournalError, Refused: told again until it is recorded."""
        code = status.code.value if status.code else ""
        self._registrar.note(DeviceChanged(device=device, state=status.state.value, code=code))

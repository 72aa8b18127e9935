"""Number pads as the kernel's own input devices, made by uinput."""

import errno
from collections.abc import Callable
from contextlib import closing

import evdev
from evdev import ecodes

from drivers.capabilities import KeyPressed, PadKey, Rated
from tests.lab.inside.checking import Checks, until
from tests.lab.inside.gadget import load
from tests.lab.inside.hall import hall, plan

KP = (ecodes.KEY_KP0, ecodes.KEY_KP1, ecodes.KEY_KP2, ecodes.KEY_KP3, ecodes.KEY_KP6)
ENTER, PLUS, NUMLOCK = ecodes.KEY_KPENTER, ecodes.KEY_KPPLUS, ecodes.KEY_NUMLOCK
VENDOR, PRODUCT = 0x1A2C, 0x2D23
URL = f"input:vendor={VENDOR:04x},product={PRODUCT:04x}"


def pad(product: int = PRODUCT) -> evdev.UInput:
    keys = {ecodes.EV_KEY: [*range(ecodes.KEY_KP7, ecodes.KEY_KPDOT + 1), ENTER, NUMLOCK]}
    return evdev.UInput(keys, name="lab pad", vendor=VENDOR, product=product, phys="lab/input0")


def press(made: evdev.UInput, *codes: int) -> Callable[[], None]:
    """Each key down and up, a report behind each."""

    def act() -> None:
        for code in codes:
            for value in (1, 0):
                made.write(ecodes.EV_KEY, code, value)
                made.syn()

    return act


def run(check: Checks) -> None:
    load("uinput", "evdev")
    with hall(plan(URL, "callpad_evdev")) as it:
        made = pad()
        with check("a number pad is found by vendor and product"):
            it.comes("device")
        with check("it is grabbed: its keys are nobody else's"):
            assert _is_grabbed(made), "a second program could grab it"
        with check("digits and Enter call a number; a key with a meaning of its own; NumLock means nothing"):
            it.hears(press(made, KP[1], NUMLOCK, KP[2], ENTER), KeyPressed(PadKey.CALL, "12"))
            it.hears(press(made, PLUS), KeyPressed(PadKey.RECALL))
        with check("a bounce is one press"):
            it.hears(press(made, ENTER, ENTER, PLUS), KeyPressed(PadKey.NEXT), KeyPressed(PadKey.RECALL))
        with check("pulled out, it is down with its link lost"):
            made.close()
            it.goes("device")
            assert it.states["device"][-1] == "down:link_lost", it.states
        with check("plugged in again, it is heard without a hand"):
            made = pad()
            it.comes("device")
            it.hears(press(made, KP[3], ENTER), KeyPressed(PadKey.CALL, "3"))
        with check("out and in five times without a pause, and it is heard"):
            for _ in range(5):
                made.close()
                made = pad()
            until(lambda: _is_grabbed(made), "the pad of now grabbed")
            it.hears(press(made, PLUS), KeyPressed(PadKey.RECALL))
        made.close()
    scores = {"1": 5, "2": 4, "3": 2}
    with hall(plan(URL.replace("2d23", "2d24"), "rating_evdev", scores=scores)) as it:
        made = pad(0x2D24)
        with check("a rating pad beside it: a key is a score"):
            it.comes("device")
            it.hears(press(made, KP[1]), Rated(5))
            it.hears(press(made, KP[3]), Rated(2))
        made.close()


def _is_grabbed(made: evdev.UInput) -> bool:
    with closing(evdev.InputDevice(made.device.path)) as other:
        try:
            other.grab()
        except OSError as error:
            return error.errno == errno.EBUSY
        other.ungrab()
        return False

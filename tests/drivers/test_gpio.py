"""Lamps, buzzers and contacts on pins: the library's own mock pins, and a machine that has none."""

import sys
import threading

import pytest

from drivers import buzzer_gpio, contact_gpio, relay_gpio
from drivers.capabilities import KeyPressed, PadKey, State
from drivers.errors import DeviceFault, Fault
from drivers.links import open_link
from drivers.readings import ContactChanged
from drivers.signals import CounterSignal
from tests.waiting import until


@pytest.fixture
def pins(monkeypatch):
    """The mock factory's pins by number, as the link finds it; gone afterwards."""
    import gpiozero
    from gpiozero.pins.mock import MockFactory

    factory = MockFactory()
    monkeypatch.setattr(gpiozero.Device, "pin_factory", factory)
    yield factory.pin
    factory.reset()
    factory.close()


@pytest.fixture
def opened():
    links = []

    def make(url):
        links.append(open_link(url))
        return links[-1]

    yield make
    for link in links:
        link.close()


def test_a_relay_follows_its_counter_and_is_off_before_and_after(pins, opened):
    link = opened("gpio://17")
    relay = relay_gpio.Driver(link, relay_gpio.Options(("calling",)))
    relay.start()
    pin = pins(17)
    assert pin.function == "output" and pin.state == 0
    relay.show(CounterSignal("calling"))
    assert pin.state == 1
    relay.show(CounterSignal("serving"))
    assert pin.state == 0
    assert relay.check().state is State.OK
    with pytest.raises(ValueError, match="states"):
        relay_gpio.Options(("waving",))


def test_a_relay_that_is_on_at_0_volt_gives_no_pulse_when_it_starts(pins, opened):
    pin = pins(17)
    relay = relay_gpio.Driver(opened("gpio://17?active=low"), relay_gpio.Options())
    relay.start()
    assert pin.state == 1
    assert [s.state for s in pin.states if s.state is not None] == [0, 1] or pin.states[-1].state == 1
    relay.show(CounterSignal("open"))
    assert pin.state == 0


def test_a_buzzer_sounds_for_a_new_call_only(pins, opened):
    buzzer = buzzer_gpio.Driver(opened("gpio://5"), buzzer_gpio.Options(beeps=2, on_ms=20, off_ms=20))
    buzzer.start()
    pin = pins(5)
    buzzer.show(CounterSignal("calling", 7))
    buzzer.show(CounterSignal("serving", 7))
    pin.clear_states()
    buzzer.show(CounterSignal("calling", 8))
    until(lambda: [s.state for s in pin.states] in ([0, 1, 0, 1, 0], [1, 0, 1, 0]))
    with pytest.raises(ValueError, match="beeps"):
        buzzer_gpio.Options(beeps=0)


def test_a_contact_tells_how_it_stands_and_each_change_that_stays(pins, opened):
    contact = contact_gpio.Driver(opened("gpio://22"), contact_gpio.Options(steady_ms=20))
    contact.start()
    pin = pins(22)
    assert pin.function == "input" and pin.pull == "up"
    assert until(lambda: contact.poll(0.01)) == (ContactChanged(False),)
    pin.drive_low()
    assert until(lambda: contact.poll(0.01)) == (ContactChanged(True),)
    assert contact.poll(0.05) == ()
    pin.drive_high()
    pin.drive_low()
    assert contact.poll(0.05) == () == contact.poll(0.05)
    pin.drive_high()
    assert until(lambda: contact.poll(0.01)) == (ContactChanged(False),)


def test_a_button_is_a_key_and_one_held_from_the_start_is_no_press(pins, opened):
    pin = pins(23)
    pin.drive_low()
    button = contact_gpio.Driver(opened("gpio://23"), contact_gpio.Options(PadKey.NEXT, steady_ms=10))
    button.start()
    assert button.poll(0.05) == () == button.poll(0.05)
    pin.drive_high()
    assert button.poll(0.05) == () == button.poll(0.05)
    pin.drive_low()
    assert until(lambda: button.poll(0.01)) == (KeyPressed(PadKey.NEXT),)


def test_waiting_for_a_contact_is_woken(pins, opened):
    link = opened("gpio://22")
    link.read(0)
    threading.Timer(0.02, link.wake).start()
    assert link.read(20.0) == b""


@pytest.mark.parametrize("module", [buzzer_gpio, relay_gpio, contact_gpio])
def test_a_machine_without_pins_says_so_and_the_link_is_there(module, opened, monkeypatch):
    monkeypatch.delenv("GPIOZERO_PIN_FACTORY", raising=False)
    monkeypatch.setattr("gpiozero.Device.pin_factory", None)  # one that another test chose stays for ever
    driver = module.Driver(opened("gpio://17"), module.Options())
    with pytest.raises(DeviceFault) as no:
        driver.start()
    assert no.value.code is Fault.NO_PINS and no.value.detail
    monkeypatch.setitem(sys.modules, "gpiozero", None)
    with pytest.raises(DeviceFault, match=r"pip install 'bianmin-edge\[gpio\]'"):
        driver.start()


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("gpio://", "no pin"),
        ("gpio://GPIO17", "no pin"),
        ("gpio://99", "no pin"),
        ("gpio://17/x", "no pin"),
        ("gpio://17?active=up", "active must be one of high, low"),
        ("gpio://17?pull=left", "pull must be one of up, down, none"),
        ("gpio://17?direction=in", "unknown option"),
    ],
)
def test_a_wrong_pin_is_said_before_anything_is_opened(url, words):
    with pytest.raises(ValueError, match=words):
        open_link(url)


def test_pins_are_not_looked_for_before_they_are_used():
    code = "import drivers.links, drivers.relay_gpio, sys; sys.exit('gpiozero' in sys.modules)"
    import subprocess

    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0

"""Ethernet converters before a terminal: raw TCP and RFC 2217, which can go silent without a farewell."""

import ctypes
import fcntl
import os
import select
import socket
import termios
import threading

import serial
import serial.rfc2217

SO_ATTACH_FILTER = 26
BPF_RET = 0x06


class _Program(ctypes.Structure):
    _fields_ = [("len", ctypes.c_ushort), ("filter", ctypes.c_void_p)]


class PlainTerminal(serial.Serial):
    """A terminal without modem lines: asking for them there fails."""

    cts = dsr = ri = cd = False

    def _update_dtr_state(self):
        pass

    def _update_rts_state(self):
        pass


class Converter:
    """Serves one caller after another; `scheme` is `tcp` or `rfc2217`."""

    def __init__(self, scheme: str, terminal: str, query: str = "") -> None:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"{scheme}://127.0.0.1:{self._listener.getsockname()[1]}" + (f"?{query}" if query else "")
        self._scheme, self._terminal = scheme, terminal
        self._caller: socket.socket | None = None
        self._called = threading.Event()
        self._silent = False
        self._stopped = threading.Event()
        self._stop_read, self._stop_write = os.pipe()
        self._thread = threading.Thread(target=self._run, name=f"converter-{scheme}")
        self._thread.start()

    def wait_for_caller(self) -> None:
        """Until somebody is through to the terminal."""
        assert self._called.wait(5)

    def go_silent(self) -> None:
        """From now on the kernel throws away whatever comes for this connection, unacknowledged.

        To the caller this is a cable pulled behind the next switch: no farewell, no reset, nothing.
        """
        self.wait_for_caller()
        assert self._caller is not None
        self._silent = True
        os.write(self._stop_write, b"!")
        assert self._stopped.wait(5)  # it says nothing more
        unacknowledged = True
        while unacknowledged:  # else our own kernel would go on sending it, and so give a sign of life
            unacknowledged = any(fcntl.ioctl(self._caller, termios.TIOCOUTQ, bytes(4)))
        drop_all = ctypes.create_string_buffer(BPF_RET.to_bytes(2, "little") + bytes(6), 8)
        program = _Program(1, ctypes.addressof(drop_all))
        self._caller.setsockopt(socket.SOL_SOCKET, SO_ATTACH_FILTER, bytes(program))

    def hang_up(self) -> None:
        self.wait_for_caller()
        assert self._caller is not None
        self._caller.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        os.write(self._stop_write, b"!")
        self._thread.join()
        for end in (self._stop_read, self._stop_write):
            os.close(end)
        self._listener.close()

    def _run(self) -> None:
        while self._stop_read not in select.select([self._listener, self._stop_read], [], [])[0]:
            self._caller = self._listener.accept()[0]
            port = PlainTerminal(self._terminal, baudrate=9600, timeout=0)
            self._called.set()
            try:
                self._serve(self._caller, port)
            except OSError:  # the caller or the terminal is gone
                continue
            finally:
                port.close()
                self._caller.close()

    def _serve(self, caller: socket.socket, port: PlainTerminal) -> None:
        class Connection:
            write = staticmethod(caller.sendall)

        manager = serial.rfc2217.PortManager(port, Connection()) if self._scheme == "rfc2217" else None
        while True:
            ready = select.select([caller, port.fd, self._stop_read], [], [])[0]
            if self._stop_read in ready and self._silent:
                os.read(self._stop_read, 1)
                self._stopped.set()
                select.select([self._stop_read], [], [])
            if self._stop_read in ready:
                return
            if caller in ready:
                chunk = caller.recv(4096)
                if not chunk:
                    return
                port.write(b"".join(manager.filter(chunk)) if manager else chunk)
            if port.fd in ready:
                chunk = os.read(port.fd, 4096)
                if not chunk:
                    return
                caller.sendall(b"".join(manager.escape(chunk)) if manager else chunk)

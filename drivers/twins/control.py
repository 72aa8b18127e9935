"""The twins' control door: HTTP and JSON on loopback, for tests, trainers and the curious.

GET  /twins               all of them: {"twins": [{"id", "kind", "link"}]}
GET  /twins/ID            what this one has understood, and its faults
GET  /twins/ID/picture    how it looks now, as PNG
POST /twins/ID/press      call pad: {"key": "next", "digits": ""}; rating pad: {"score": 0..3}, its own value,
                          with a screen also "rate_id"; keypad: the same, or a key by its name;
                          id card: {"number", "name"} or {"lift": true}; scanner: {"text"}; UPS: {"charge"}
POST /twins/ID/fault      {"name": "paper_out", "on": true}; "after": so many bytes later, for printers
"""

import json
import threading
from collections.abc import Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from drivers.twins.wire import Port

LONGEST_BODY = 65_536


class ControlDoor:
    """Serves in threads of its own from `start` to `stop`."""

    def __init__(self, ports: Mapping[str, Port], port: int = 0) -> None:
        self._server = _Server(("127.0.0.1", port), _Handler)
        self._server.ports = dict(ports)
        self.port = int(self._server.server_address[1])
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.1,), name="control")

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    ports: dict[str, Port]


class _Handler(BaseHTTPRequestHandler):
    server: _Server
    timeout = 30

    def do_GET(self) -> None:
        match self.path.strip("/").split("/"):
            case ["twins"]:
                self._json(200, {"twins": [_about(twin, port) for twin, port in self.server.ports.items()]})
            case ["twins", twin] if twin in self.server.ports:
                self._json(200, self.server.ports[twin].state(twin))
            case ["twins", twin, "picture"] if twin in self.server.ports:
                self._send(200, "image/png", self.server.ports[twin].picture(twin))
            case _:
                self._missing()

    def do_POST(self) -> None:
        match self.path.strip("/").split("/"):
            case ["twins", twin, "press" | "fault" as verb] if twin in self.server.ports:
                self._command(self.server.ports[twin], twin, verb)
            case _:
                self._missing()

    def _command(self, port: Port, twin: str, verb: str) -> None:
        try:
            size = int(self.headers.get("Content-Length", "0"))
            body = json.loads(self.rfile.read(min(size, LONGEST_BODY)) or b"{}")
            if not isinstance(body, dict):
                raise ValueError("the body must be a JSON object")
            if verb == "press":
                self._json(200, port.press(twin, body))
            else:
                name, on, after = body.get("name", ""), body.get("on", True), body.get("after", 0)
                if not isinstance(on, bool) or not isinstance(after, int):
                    raise ValueError("`on` must be true or false, `after` a number")
                self._json(200, port.fault(twin, str(name), on, after))
        except ValueError as problem:
            self._json(400, {"error": str(problem)})

    def _missing(self) -> None:
        self._json(404, {"error": f"nothing at {self.path}", "twins": list(self.server.ports)})

    def _json(self, status: int, body: object) -> None:
        self._send(status, "application/json", json.dumps(body, ensure_ascii=False).encode())

    def _send(self, status: int, kind: str, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Not said: a demo asks many times a second."""


def _about(twin: str, port: Port) -> dict[str, Any]:
    return {"id": twin, "kind": port.state(twin)["kind"], "link": port.name}

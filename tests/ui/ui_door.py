"""A small local door on a real port: one hall's view, numbers by key, guides, and what screens told it."""

import copy
import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from ui_views import ABOUT, GUIDES, TICKET, VIEW

Json = dict[str, Any]


class StandInDoor:
    """Start it, give its `url` to a screen, change `view` with `change`."""

    def __init__(self, port: int = 0) -> None:
        self.view: Json = copy.deepcopy(VIEW)
        self.tickets: dict[str, Json] = {}
        self.keys: list[str] = []
        self.bodies: list[Json] = []
        self.alive: list[tuple[str, Json]] = []
        self.questions: list[str] = []
        self.break_first_answer = False
        """The first POST is done, but its answer never arrives."""
        self.refusal: Json | None = None
        self.changed = threading.Condition()
        self._stopped = False
        self._server = ThreadingHTTPServer(("127.0.0.1", port), self._handler())
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), name="stand-in-door")

    @property
    def port(self) -> int:
        return self._server.server_port

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}"

    def start(self) -> "StandInDoor":
        self._thread.start()
        return self

    def stop(self) -> None:
        with self.changed:
            self._stopped = True
            self.changed.notify_all()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def change(self, **what: Any) -> None:
        with self.changed:
            self.view = self.view | what | {"seq": self.view["seq"] + 1}
            self.changed.notify_all()

    def paper(self, state: str) -> None:
        with self.changed:
            for ticket in self.tickets.values():
                ticket["paper"] = state
        self.change()

    def take(self, key: str, body: Json) -> Json:
        with self.changed:
            self.keys.append(key)
            self.bodies.append(body)
            if key not in self.tickets:
                number = f"D{len(self.tickets) + 8:03d}"
                self.tickets[key] = TICKET | {"number": number, "id": f"999001001-20261123-{number}"} | body
            return dict(self.tickets[key])

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        door = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            wbufsize = 65536

            def log_message(self, *args: Any) -> None:
                """Quiet."""

            def answer(self, status: int, body: Json) -> None:
                content = json.dumps(body).encode()
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            def do_GET(self) -> None:
                parts = urlsplit(self.path)
                if parts.path == "/api/v1/view/stream":
                    return self.stream()
                if parts.path == "/api/v1/about":
                    return self.answer(200, ABOUT)
                if parts.path == "/api/v1/guides":
                    q = parse_qs(parts.query).get("q", [""])[0]
                    door.questions.append(q)
                    return self.answer(200, {"guides": GUIDES[:2] if q else GUIDES})
                found = [t for t in door.tickets.values() if t["id"] == parts.path.rsplit("/", 1)[1]]
                return self.answer(200, {"ticket": found[0]}) if found else self.answer(404, {})

            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])) or b"{}")
                if self.path.endswith("/alive"):
                    door.alive.append((self.path, body))
                    return self.answer(200, {})
                if door.refusal:
                    return self.answer(409, door.refusal)
                ticket = door.take(self.headers["Idempotency-Key"], body)
                if door.break_first_answer and len(door.keys) == 1:
                    self.close_connection = True
                    return None
                return self.answer(201, {"ticket": ticket})

            def stream(self) -> None:
                self.close_connection = True
                self.send_response(200)
                self.send_header("Content-Type", "text/event-stream")
                self.end_headers()
                sent = -1
                while not door._stopped:
                    with door.changed:
                        door.changed.wait_for(
                            lambda known=sent: door._stopped or door.view["seq"] != known, 1.0
                        )
                        view, sent = door.view, door.view["seq"]
                    try:
                        self.wfile.write(f"event: view\ndata: {json.dumps(view)}\n\n".encode())
                        self.wfile.flush()
                    except OSError:
                        return

        return Handler

"""A hall's door on a real port: the view stream, the settings, and what the voice told of itself."""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Door:
    def __init__(self, voice: dict[str, object] | None = None) -> None:
        self.view = {
            "seq": 100,
            "clock": {"trusted": True, "at": "2026-11-23T09:41:05+08:00"},
            "counters": [{"id": str(n), "floor": "1f" if n < 4 else "2f"} for n in range(1, 7)],
            "calls": [],
            "desk": {"emergency": None, "volume": 100},
        }
        self.voice = voice or {"volume": 80, "hour": [], "repeat": 1, "stale_s": 60}
        self.alive: list[dict[str, object]] = []
        self.claimed: list[int] = []
        """Calls that the voice was about to say."""
        self.undone: set[int] = set()
        self.shown = 0
        """Views that went out."""
        self.changed = threading.Condition()
        self.version = 1
        self.ended = False
        door = self

        class Handler(BaseHTTPRequestHandler):
            def log_message(self, *_: object) -> None:
                pass

            def do_GET(self) -> None:
                if "stream" in self.path:
                    return door.stream(self)
                return door.answer(self, {"voice": door.voice})

            def do_POST(self) -> None:
                told = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                if self.path.endswith("/said"):
                    door.claimed.append(told["call"])
                    undone = told["call"] in door.undone
                    status, answer = (409, {"reason": "call_undone"}) if undone else (200, {})
                    return door.answer(self, answer, status)
                door.alive.append(told)
                with door.changed:
                    door.changed.notify_all()
                return door.answer(self, {})

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), name="door")
        self._thread.start()

    def answer(self, handler: BaseHTTPRequestHandler, body: dict[str, object], status: int = 200) -> None:
        content = json.dumps(body).encode()
        handler.send_response(status)
        handler.send_header("Content-Length", str(len(content)))
        handler.end_headers()
        handler.wfile.write(content)

    def stream(self, handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.end_headers()
        sent = 0
        while not self.ended:
            with self.changed:
                self.changed.wait_for(lambda sent=sent: self.version != sent or self.ended, 5)
                sent, view = self.version, json.dumps(self.view)
            try:
                handler.wfile.write(f"event: view\ndata: {view}\n\n".encode())
            except OSError:
                return
            self.shown += 1

    def call(self, *calls: tuple[str, str]) -> None:
        """All of them in one view, as when two clerks press at once."""
        with self.changed:
            for number, counter in calls:
                self.view["seq"] += 2
                at = self.view["clock"]["at"]
                new = {
                    "seq": self.view["seq"],
                    "number": number,
                    "counter": counter,
                    "kind": "call",
                    "at": at,
                }
                self.view["calls"] = [new, *self.view["calls"]][:6]
            self.version += 1
            self.changed.notify_all()

    def change(self, **facts: object) -> None:
        with self.changed:
            self.view.update(facts)
            self.version += 1
            self.changed.notify_all()

    def heard(self, wanted, within_s: float = 20.0) -> bool:
        with self.changed:
            return self.changed.wait_for(lambda: any(wanted(a) for a in self.alive), within_s)

    def close(self) -> None:
        self.ended = True
        with self.changed:
            self.changed.notify_all()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

"""A small file server for tests of downloads: with ranges, and with everything that can go wrong."""

import http.server
import threading
from contextlib import contextmanager


class Handler(http.server.BaseHTTPRequestHandler):
    """`files`: name to bytes. `ranges`: whether it knows them. `ends_after`: bytes of the next answer, which then ends."""

    files: dict = {}
    ranges = True
    ends_after = None
    asked: list = []

    def do_GET(self):
        name, asked = self.path.rsplit("/", 1)[-1], self.headers.get("Range")
        type(self).asked.append((self.path, asked))
        if name not in self.files:
            self.send_error(404)
            return
        data = self.files[name]
        begin = int(asked.removeprefix("bytes=").removesuffix("-")) if asked and self.ranges else 0
        self.send_response(206 if begin else 200)
        self.send_header("Content-Length", str(len(data) - begin))
        self.end_headers()
        body = data[begin:]
        if type(self).ends_after is not None:
            body, type(self).ends_after = body[: type(self).ends_after], None
        self.wfile.write(body)

    def log_message(self, *_):
        pass


@contextmanager
def serving(files, **settings):
    """Yields the address of a server and its handler class."""
    handler = type("Files", (Handler,), {"files": files, "asked": [], **settings})
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}", handler
        server.shutdown()

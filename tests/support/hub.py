"""As much of huggingface.co as downloads need, on this machine: its documented answers, and what can go wrong.

The API: https://huggingface.co/docs/hub/api. Errors are told apart by the header X-Error-Code, as huggingface_hub does it.
"""

from __future__ import annotations

import hashlib
import http.server
import json
import threading
from contextlib import contextmanager

REVISION = "a" * 40
SMALL = 1000
"""Bytes from which on a file is kept by LFS, with its SHA-256 in the list."""


class Hub(http.server.BaseHTTPRequestHandler):
    """What it has and how it behaves.

    `repositories`: id to {name: bytes}. `revisions`: id to names of revisions beside main and the commit. `asked`: all paths.
    `refusals`: id to (status, X-Error-Code). `announced`: name to another SHA-256 than it has. `moved`: id to another.
    `before`: name to what is done before its next answer. `limits`: how many more files are answered before one is told to
    wait. `ends`: names whose next answer ends half-way.
    """

    repositories: dict = {}
    revisions: dict = {}
    asked: list = []
    refusals: dict = {}
    announced: dict = {}
    moved: dict = {}
    before: dict = {}
    limits: list = []
    ends: set = set()

    def do_HEAD(self):
        self.do_GET()

    def do_GET(self):
        path = self.path.partition("?")[0]
        self.asked.append((self.command, path))
        if path.startswith("/api/models/"):
            owner, name, *rest = path.removeprefix("/api/models/").split("/")
            return self.listed(f"{owner}/{name}", "/".join(rest[1:]) if rest else "main")
        owner, name, _, revision, *rest = path.lstrip("/").split("/")
        repository = f"{owner}/{name}"
        if repository in self.refusals:
            return self.refuse(*self.refusals[repository])
        files = self.repositories.get(repository, {})
        if revision != REVISION or "/".join(rest) not in files:
            return self.refuse(404, "EntryNotFound")
        if self.command == "GET" and (wanted := self.before.pop(rest[-1], None)):
            wanted()
        if self.command == "GET" and self.limits:
            self.limits[0] -= 1
            if self.limits[0] < 0:
                return self.refuse(429, "")
        return self.answer(files["/".join(rest)], "application/octet-stream", "/".join(rest))

    def listed(self, repository, revision):
        if repository in self.moved:
            self.send_response(307)
            self.send_header("Location", self.path.replace(repository, self.moved[repository]))
            self.send_header("Content-Length", "0")
            return self.end_headers()
        if repository in self.refusals:
            return self.refuse(*self.refusals[repository])
        if repository not in self.repositories:
            return self.refuse(401, "RepoNotFound")
        revision = revision.replace("%2F", "/")
        if revision not in ("main", REVISION, *self.revisions.get(repository, ())):
            return self.refuse(404, "RevisionNotFound")
        siblings = [self.entry(name, data) for name, data in self.repositories[repository].items()]
        text = json.dumps({"id": repository, "modelId": repository, "sha": REVISION, "siblings": siblings, "tags": []})
        return self.answer(text.encode(), "application/json")

    def entry(self, name, data):
        found = {"rfilename": name, "size": len(data), "blobId": hashlib.sha1(b"blob %d\0" % len(data) + data).hexdigest()}
        if len(data) > SMALL or name in self.announced:
            sha256 = self.announced.get(name, hashlib.sha256(data).hexdigest())
            found["lfs"] = {"sha256": sha256, "size": len(data), "pointerSize": 134}
        return found

    def refuse(self, status, code):
        self.send_response(status)
        if code:
            self.send_header("X-Error-Code", code)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def answer(self, data, kind, name=""):
        asked = self.headers.get("Range")
        begin = int(asked.removeprefix("bytes=").split("-")[0]) if asked else 0
        part = data[begin:]
        self.send_response(206 if asked else 200)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(part)))
        if asked:
            self.send_header("Content-Range", f"bytes {begin}-{len(data) - 1}/{len(data)}")
        self.send_header("ETag", f'"{hashlib.sha256(data).hexdigest()}"')
        self.send_header("X-Repo-Commit", REVISION)
        self.end_headers()
        if self.command == "GET":
            if name in self.ends:
                self.ends.discard(name)
                part = part[: len(part) // 2]
                self.close_connection = True
            self.wfile.write(part)

    def log_message(self, *_):
        pass


@contextmanager
def hub(monkeypatch, repositories):
    """Yields the handler's class of a server that HF_ENDPOINT names."""
    blank = {
        "revisions": {},
        "asked": [],
        "refusals": {},
        "announced": {},
        "moved": {},
        "before": {},
        "limits": [],
        "ends": set(),
    }
    handler = type("RecordedHub", (Hub,), {"repositories": repositories, **blank})
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        monkeypatch.setenv("HF_ENDPOINT", f"http://127.0.0.1:{server.server_port}")
        monkeypatch.setenv("HF_HUB_DISABLE_XET", "1")
        yield handler
        server.shutdown()

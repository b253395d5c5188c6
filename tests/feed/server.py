# SPDX-License-Identifier: Apache-2.0
"""An HTTPS server on loopback for one test run: lists, a MISP feed, a TAXII server, and bad manners."""
import http.server
import json
import pathlib
import ssl
import subprocess
import threading
import time
import urllib.parse

UUIDS = [f"5f3a0000-1111-4222-8333-{n:012d}" for n in range(1, 4)]
COLLECTION = "91a7b528-80eb-42ed-a74d-c6fbd5a26116"
OPEN_LIST = "sha256,description\n" + "\n".join(
    f"{n:064x},sample {n}" for n in range(0x1111, 0x1117)) + "\n"


def certificates(folder):
    """A CA, a certificate of it for localhost, and one that nobody vouches for."""
    folder = pathlib.Path(folder)

    def openssl(*words):
        subprocess.run(["openssl", *words], cwd=folder, check=True, capture_output=True)

    (folder / "names").write_text("subjectAltName=DNS:localhost,IP:127.0.0.1\n")
    for ca in ("ca", "other"):
        openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1",
                "-nodes", "-keyout", f"{ca}.key", "-out", f"{ca}.pem", "-days", "2",
                "-subj", f"/CN=test {ca}")
        openssl("req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
                "-keyout", f"{ca}-server.key", "-out", f"{ca}.csr", "-subj", "/CN=localhost")
        openssl("x509", "-req", "-in", f"{ca}.csr", "-CA", f"{ca}.pem", "-CAkey", f"{ca}.key",
                "-CAcreateserial", "-days", "2", "-extfile", "names", "-out", f"{ca}-server.pem")
    return folder


def stix(number):
    return {"type": "indicator", "spec_version": "2.1", "id": f"indicator--{UUIDS[0][:-2]}{number:02d}",
            "created": "2023-04-01T00:00:00.000Z", "modified": "2023-04-01T00:00:00.000Z",
            "pattern": f"[file:hashes.'SHA-256' = '{number + 0x2220:064x}']", "pattern_type": "stix",
            "valid_from": "2023-04-01T00:00:00Z"}


class Pages(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def answer(self, body, status=200, **headers):
        body = body.encode() if isinstance(body, str) else body
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.state.posts.append((self.headers["Content-Type"], body))
        self.answer("ok")

    def do_GET(self):
        state = self.server.state
        parts = urllib.parse.urlsplit(self.path)
        query = urllib.parse.parse_qs(parts.query)
        state.asked.append((parts.path, query, dict(self.headers)))
        page = getattr(self, "page_" + parts.path.strip("/").split("/")[0].replace(".", "_"), None)
        if page is None:
            self.answer("no", 404)
        else:
            page(parts.path, query)

    def page_list_csv(self, _path, _query):
        tag = f'"v{self.server.state.version}"'
        if self.headers.get("If-None-Match") == tag:
            self.send_response(304)
            self.end_headers()
            return
        self.answer(OPEN_LIST + f"{self.server.state.version:064x},newest\n", ETag=tag)

    def page_secret(self, _path, _query):
        ok = self.headers.get("Authorization") == "Basic " + "dXNlcjpzZXNhbWU="
        self.answer(OPEN_LIST if ok else "who?", 200 if ok else 401)

    def page_away(self, _path, _query):
        self.answer("", 302, Location=f"https://127.0.0.1:{self.server.server_port}/list.csv")

    def page_plain(self, _path, _query):
        self.answer("", 302, Location=f"http://localhost:{self.server.server_port}/list.csv")

    def page_here(self, _path, _query):
        self.answer("moved", 302, Location="/list.csv")

    def page_loop(self, _path, _query):
        self.answer("", 302, Location="/loop")

    def page_big(self, _path, _query):
        self.send_response(200)
        self.end_headers()
        try:
            for _ in range(64):
                self.wfile.write(b"0" * 65536)
        except OSError:
            pass
        self.close_connection = True

    def page_slow(self, _path, _query):
        self.send_response(200)
        self.send_header("Content-Length", "100")
        self.end_headers()
        self.wfile.flush()
        self.server.state.over.wait(20)
        self.close_connection = True

    def page_misp(self, path, _query):
        name, state = path.rsplit("/", 1)[1], self.server.state
        if name == "manifest.json":
            self.answer(json.dumps({uuid: {"timestamp": str(when), "info": "an event", "Tag": []}
                                    for uuid, when in state.events.items()}))
            return
        when = state.events.get(name[:-5])
        if when is None or name[:-5] in state.lost:
            self.answer("no", 404)
        else:
            self.answer(f"sha256\n{when:064x}\n{when + 1:064x}\n{when + 2:064x}\n")

    def taxii(self, body, **headers):
        if "application/taxii+json" not in self.headers.get("Accept", ""):
            self.answer("{}", 406)
            return
        self.answer(json.dumps(body), Content_Type="application/taxii+json;version=2.1", **headers)

    def page_taxii2(self, _path, _query):
        self.taxii({"title": "test", "default": "/api1/",
                    "api_roots": ["/api1/", "https://elsewhere.example/api/"]})

    def page_api1(self, path, query):
        state = self.server.state
        if path == "/api1/":
            self.taxii({"title": "one", "versions": ["application/taxii+json;version=2.1"],
                        "max_content_length": 1000000})
        elif path == "/api1/collections/":
            self.taxii({"collections": [
                {"id": COLLECTION, "title": "good", "can_read": True, "can_write": False},
                {"id": COLLECTION[:-1] + "7", "title": "closed", "can_read": False}]})
        elif path == f"/api1/collections/{COLLECTION}/objects/":
            after = query.get("added_after", [""])[0]
            objects = [n for n in range(state.objects) if f"2023-04-{n + 1:02d}T00:00:00.000Z" > after]
            start = int(query.get("next", ["0"])[0])
            part = objects[start:start + 2]
            body = {} if not part else {"objects": [stix(n) for n in part]}
            more = start + 2 < len(objects)
            if more:
                body.update(more=True, next=str(start + 2))
            last = {"X_TAXII_Date_Added_Last": f"2023-04-{part[-1] + 1:02d}T00:00:00.000Z"} if part else {}
            self.taxii(body, **last)
        else:
            self.answer("no", 404)


class State:
    def __init__(self):
        self.asked, self.posts = [], []
        self.version, self.objects = 1, 5
        self.events = {uuid: 1600000000 + 10 * n for n, uuid in enumerate(UUIDS)}
        self.lost = set()
        self.over = threading.Event()


class Server:
    def __init__(self, folder, who="ca"):
        self.state = State()
        self.http = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Pages)
        self.http.daemon_threads = True
        self.http.state = self.state
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(folder / f"{who}-server.pem", folder / f"{who}-server.key")
        self.http.socket = context.wrap_socket(self.http.socket, server_side=True)
        self.thread = threading.Thread(target=self.http.serve_forever, daemon=True)
        self.thread.start()

    def url(self, path):
        return f"https://localhost:{self.http.server_port}{path}"

    def asked(self):
        """The paths asked for since the last look."""
        paths = [path for path, _query, _headers in self.state.asked]
        self.state.asked = []
        return paths

    def end(self):
        self.state.over.set()
        self.http.shutdown()
        self.http.server_close()

// SPDX-License-Identifier: Apache-2.0
// `headwater serve` as a child, known by the address that it prints; ended by its own id.
import { spawn } from "node:child_process";

const running = new Set();

export class Server {
  static async start(headwater, file) {
    const it = new Server();
    it.child = spawn(headwater, ["--case", file, "serve", "--port", "0"], { stdio: ["ignore", "pipe", "pipe"] });
    running.add(it.child);
    let said = "";
    it.address = await new Promise((done, failed) => {
      it.child.stdout.on("data", (bytes) => {
        said += bytes;
        const found = /http:\/\/127\.0\.0\.1:\d+\/#token=\S+/.exec(said);
        if (found) done(found[0]);
      });
      it.child.stderr.on("data", (bytes) => { said += bytes; });
      it.child.on("exit", (status) => failed(new Error(`serve ended with ${status}: ${said}`)));
      setTimeout(() => failed(new Error(`serve said no address: ${said}`)), 30000).unref();
    });
    [it.origin, it.token] = it.address.split("/#token=");
    return it;
  }

  // The lines of one answer, asked without the page.
  async lines(path) {
    const got = await fetch(`${this.origin}/api/${path}`, { headers: { Authorization: `Bearer ${this.token}` } });
    const text = await got.text();
    return text.split("\n").filter((row) => row !== "").map((row) => JSON.parse(row));
  }

  stop() {
    return new Promise((done) => {
      this.child.removeAllListeners("exit");
      this.child.on("exit", done);
      running.delete(this.child);
      this.child.kill("SIGTERM");
    });
  }
}

export function stopAll() {
  for (const child of running) child.kill("SIGKILL");
}

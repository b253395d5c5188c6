// SPDX-License-Identifier: Apache-2.0
// Cases made by the commands that people use, from the records that examples/cascade writes.
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

export const TOP = resolve(dirname(fileURLToPath(import.meta.url)), "../../..");

export function say(program, args) {
  const done = spawnSync(program, args, { encoding: "utf8", maxBuffer: 1 << 28 });
  if (done.error || done.status > 1) {
    throw new Error(`${program} ${args.join(" ")}: ${done.error ?? done.stderr.slice(0, 600)}`);
  }
  return done.stdout;
}

export const jsonOf = (t, ...args) => say(t.headwater, ["--case", t.case, "--json", ...args])
  .split("\n").filter((row) => row !== "").map((row) => JSON.parse(row));

// The files that the golden tests' sample builder makes, where this build has it.
function samples(headwater, dir) {
  const builder = join(dirname(headwater), "tests/golden/golden_samples");
  if (!existsSync(builder)) return [];
  mkdirSync(dir, { recursive: true });
  say(builder, [dir]);
  return ["padded.dll", "appended.dll", "good.dll", "unsigned.dll", "app.zip", "package.deb", "setup.exe"]
    .map((name) => join(dir, name)).filter((file) => existsSync(file));
}

export function generate(work, name, more) {
  const root = join(work, name);
  say(join(TOP, "examples/cascade/generate"), ["--seed", "1", "--out", root, ...more]);
  return { root, names: JSON.parse(readFileSync(join(root, "truth.json"), "utf8")).names };
}

export function cascade(headwater, work, name, more) {
  const { root, names } = generate(work, name, more);
  const file = join(work, `${name}.case`);
  const run = (...args) => say(headwater, ["--case", file, ...args]);
  for (const folder of ["vendor", "customer-a", "customer-b", "upstream"]) {
    run("add", "--org", names.organisations[folder], join(root, folder));
  }
  run("add", "--org", names.organisations.vendor, "--host", names.device, join(root, "laptop-triage.zip"));
  run("add", join(TOP, "data/3cx-said.json"));
  run("learn", join(TOP, "data/3cx-iocs.csv"), join(TOP, "data/sunburst-iocs.csv"));
  const files = samples(headwater, join(work, `${name}-samples`));
  if (files.length > 0) run("add", ...files);
  // Any question makes the graph; the page then waits for answers alone.
  spawnSync(headwater, ["--case", file, "trace", names["library-sha256"]]);
  return { case: file, target: names["library-sha256"], names, root, more: samplesLeft(files) };
}

const samplesLeft = (files) => files.map((file) => join(dirname(file), "release.tar.gz"))[0] ?? "";

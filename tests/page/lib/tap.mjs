// SPDX-License-Identifier: Apache-2.0
// Promises and how many of them held, in the manner of TAP. One that throws has failed; the others
// are asked all the same.
const all = { passed: 0, failed: 0 };
let within = "";

export async function promise(name, ask) {
  try {
    await ask();
    all.passed++;
    console.log(`ok ${all.passed + all.failed} - ${within}: ${name}`);
  } catch (e) {
    all.failed++;
    console.log(`not ok ${all.passed + all.failed} - ${within}: ${name}`);
    for (const row of String(e?.stack ?? e).split("\n").slice(0, 12)) console.log(`# ${row}`);
  }
}

export async function part(name, run) {
  within = name;
  try {
    await run();
  } catch (e) {
    await promise("it is gone through to its end", () => {
      throw e;
    });
  }
}

export function holds(what, words) {
  if (!what) throw new Error(words);
}

export function same(got, want, words) {
  if (got !== want) throw new Error(`${words}: ${JSON.stringify(got)}, not ${JSON.stringify(want)}`);
}

export function finish() {
  console.log(`1..${all.passed + all.failed}`);
  console.log(`${all.passed} passed, ${all.failed} failed`);
  return all.failed === 0 && all.passed > 0 ? 0 : 1;
}

// Loaded into a Node process before its own program (NODE_OPTIONS=--require=…). At the rename that /run/hold-at.json
// describes the whole process stands still for good, as if the power had failed there, and says so in /run/held.
// {"to": "a regular expression", "when": "before" | "after", "nth": 1}; the file is gone with the boot it was made for.
const fs = require("node:fs");
const promises = require("node:fs/promises");

if (fs.existsSync("/run/hold-at.json")) {
  const { to, when, nth } = JSON.parse(fs.readFileSync("/run/hold-at.json", "utf8"));
  const pattern = new RegExp(to);
  const rename = promises.rename;
  let seen = 0;
  const hold = (target) => {
    fs.writeFileSync("/run/held", `${target}\n`);
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
  };
  promises.rename = async (from, target) => {
    const isIt = pattern.test(String(target)) && ++seen === nth;
    if (isIt && when === "before") hold(target);
    await rename(from, target);
    if (isIt) hold(target);
  };
}

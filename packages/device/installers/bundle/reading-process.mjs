// Reads files again and again until its input ends, then says how often and which could not be read:
// reading-process.mjs <folder> <path>…

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { setImmediate } from "node:timers/promises";

const [folder, ...paths] = process.argv.slice(2);
const misses = [];
let rounds = 0;
let isOver = false;
process.stdin.on("end", () => {
  isOver = true;
});
process.stdin.resume();
while (!isOver) {
  for (const path of paths) {
    try {
      if (readFileSync(join(folder, path), "utf8") === "") misses.push(`${path} is empty`);
    } catch (error) {
      misses.push(`${path}: ${error.code}`);
    }
  }
  if (rounds++ === 0) console.log("reading");
  await setImmediate();
}
console.log(JSON.stringify({ rounds, misses }));

import { benchDevice } from "./device/index.ts";
import { benchServer } from "./server/index.ts";

const HALVES = { device: benchDevice, server: benchServer };

// `npm run bench` measures all, `npm run bench -- server` one half.
const asked = process.argv.slice(2);
for (const [name, bench] of Object.entries(HALVES)) {
  if (asked.length === 0 || asked.includes(name)) await bench();
}

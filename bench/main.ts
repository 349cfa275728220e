import { benchDevice } from "./device/index.ts";
import { benchServer } from "./server/index.ts";

const HALVES: Readonly<Record<string, () => Promise<void>>> = { device: benchDevice, server: benchServer };

// `npm run bench` measures all, `npm run bench -- server` one half.
const asked = process.argv.slice(2);
const unknown = asked.filter((name) => !(name in HALVES));
if (unknown.length > 0) throw new Error(`there is no bench ${unknown.join(", ")}; there are ${Object.keys(HALVES)}`);
for (const [name, bench] of Object.entries(HALVES)) {
  if (asked.length === 0 || asked.includes(name)) await bench();
}

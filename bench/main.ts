import { benchBranches } from "./branches/index.ts";
import { benchBuilds, benchWaiting } from "./builds/index.ts";
import { benchDevice } from "./device/index.ts";
import { benchServer } from "./server/index.ts";

const PARTS: Readonly<Record<string, () => Promise<void>>> = {
  device: benchDevice,
  branches: benchBranches,
  server: benchServer,
  builds: benchBuilds,
  queue: benchWaiting,
};

// `npm run bench` measures all, `npm run bench -- server` one of them.
const asked = process.argv.slice(2);
const unknown = asked.filter((name) => !(name in PARTS));
if (unknown.length > 0) throw new Error(`there is no bench ${unknown.join(", ")}; there are ${Object.keys(PARTS)}`);
for (const [name, bench] of Object.entries(PARTS)) {
  if (asked.length === 0 || asked.includes(name)) await bench();
}

import { once } from "node:events";
import { mkdir, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { applianceGuide, createAppliance, mustRun, setUpAppliance, untilNoUpdate } from "./appliance-demo.ts";
import { Daemon } from "./daemon.ts";
import { createKettle, kettleGuide, noKettleGuide, setUpKettle, whyNoKettle } from "./kettle-demo.ts";
import { clearLeftovers, refuseASecond } from "./leftovers.ts";
import { ServerDemo } from "./server-demo.ts";
import { serverGuide } from "./server-guide.ts";
import { upstreamOf } from "./upstream-option.ts";

const ROOT = dirname(dirname(dirname(dirname(fileURLToPath(import.meta.url)))));
/** Where everything of the appliance lies; it is gone when the demo ends. */
const DIR = process.env.PAWL_DEMO_DIR ?? join(ROOT, ".demo");
/** Where the server keeps its state from one start to the next. */
const STATE_DIR = process.env.PAWL_DEMO_STATE_DIR ?? join(ROOT, ".pawl");
const PAWL = [process.execPath, join(ROOT, "dist", "pawl-device.mjs")] as const;
const SERVER = [process.execPath, join(ROOT, "packages", "server", "main.ts")] as const;

const END = `
  Try these in another terminal in this folder. Ctrl-C here ends everything; only what the server
  has learnt stays, in .pawl.

`;

const { values } = parseArgs({ options: { upstream: { type: "string" } } });
const upstream = upstreamOf(values.upstream);
if (upstream === undefined) {
  process.stderr.write(`--upstream ${values.upstream} is no address such as https://downloads.openwrt.org\n`);
  process.exitCode = 2;
} else {
  await runDemo(upstream);
}

/** A server that knows what is newest, and a kitchen dashboard that wants to be updated, until Ctrl-C. */
async function runDemo(upstream: string | null): Promise<void> {
  const end = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => end.abort());
  await refuseASecond(DIR);
  await clearLeftovers(DIR, STATE_DIR);
  await mkdir(DIR, { recursive: true });
  await mkdir(STATE_DIR, { recursive: true });
  await writeFile(join(DIR, "demo.pid"), String(process.pid));
  process.stdout.write(`Starting the server on ${upstream ?? "a miniature of a distribution"}…\n`);
  try {
    await using server = await ServerDemo.start({ dir: STATE_DIR, pawl: SERVER, upstream, signal: end.signal });
    const missing = await whyNoKettle(DIR);
    const others = missing === null ? ", and a Python app with its repository" : "";
    process.stdout.write(`Setting up a kitchen dashboard with its release host${others}…\n`);
    await using kettle = missing === null ? await createKettle(DIR, PAWL, join(DIR, "pawl.yaml")) : null;
    await using appliance = await createAppliance(DIR, PAWL, kettle?.appLines ?? "");
    const [failed, consoleLink] = await Promise.all([
      kettle ? setUpKettle(kettle, DIR) : missing,
      server.consoleLink(),
      setUpAppliance(appliance, DIR, PAWL),
    ]);
    await using daemon = new Daemon(PAWL, appliance, join(DIR, "daemon.pid"));
    await daemon.start();
    await mustRun(appliance, "check", "--force");
    process.on("SIGUSR2", () => void daemon.restart());
    const guides = [
      applianceGuide(appliance, DIR, ROOT),
      kettle && failed === null ? kettleGuide(kettle, appliance.apiPort, DIR, ROOT) : noKettleGuide(failed ?? ""),
      serverGuide(server, ROOT, await server.trouble(end.signal), consoleLink),
      END,
    ];
    process.stdout.write(guides.join(""));
    if (!end.signal.aborted) await once(end.signal, "abort");
    process.stdout.write("\nCleaning up…\n");
    await daemon.stop();
    await untilNoUpdate(appliance.pawl, "kitchen");
    if (kettle) await untilNoUpdate(kettle.pawl, "kettle");
  } catch (error) {
    // Ctrl-C on a terminal reaches the commands of the set-up, too.
    if (!end.signal.aborted) throw error;
  } finally {
    await rm(DIR, { recursive: true, force: true, maxRetries: 5 });
  }
}

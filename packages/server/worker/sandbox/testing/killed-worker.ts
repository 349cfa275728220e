import { createLog } from "../../../log/log.ts";
import { openSandboxes } from "../index.ts";
import { LIMITS } from "./open-place.ts";

// A worker that is to be killed: `node killed-worker.ts <folder for sandboxes> <tree> <folder of the build> <mode> <avoided ways>`
const [folder = "", tree = "", place = "", mode = "", avoided = ""] = process.argv.slice(2);
const { signal } = new AbortController();
const sandboxes = await openSandboxes({
  mode: mode === "none" ? "none" : "bubblewrap",
  avoid: avoided === "" ? [] : ["namespaces", "cgroups"],
  user: "pawl-build",
  folder,
  log: createLog({ level: "silent" }),
  signal,
});
const sandbox = await sandboxes.open({ tree, folder: place, limits: LIMITS, proxySocket: null, signal });
const onLine = (_: string, line: string) => void process.stdout.write(`${line}\n`);
const script =
  "echo x > made; (setsid sh -c 'trap \"\" TERM HUP; sleep 300; : pawl-orphan' &); echo runs; sleep 300; : pawl-orphan";
await sandbox.run(["sh", "-c", script], { onLine, signal });

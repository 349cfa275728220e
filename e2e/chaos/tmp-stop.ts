import { execFileSync } from "node:child_process";
import { readFileSync, readdirSync, readlinkSync } from "node:fs";
import { startMarked } from "./chaos.ts";
const setUp = await startMarked(25);
const body = JSON.stringify({ version: "25.12.0", target: "x86/64", profile: "generic", packages: ["htop"] });
for (;;) {
  const r = await fetch(`${setUp.url}/api/v1/build`, { method: "POST", headers: { "content-type": "application/json" }, body });
  console.log(r.status);
  if ((await r.text()).includes("building_image")) break;
  await new Promise((r) => setTimeout(r, 1000));
}
const worker = setUp.of("worker").find((w) => readFileSync(w.logFile, "utf8").includes('ImageBuilder unp'));
if (!worker) throw new Error("none");
const pid = worker.pid;
const t = performance.now();
const end = worker.restart().then(() => console.log("restarted", performance.now() - t));
await new Promise((r) => setTimeout(r, 4000));
try {
  for (const fd of readdirSync(`/proc/${pid}/fd`)) console.log(fd, readlinkSync(`/proc/${pid}/fd/${fd}`));
  console.log(execFileSync("sh", ["-c", `cat /proc/${pid}/net/tcp | head -0; ls /proc/${pid}/task | wc -l; pgrep -P ${pid} -a || true`]).toString());
} catch (e) { console.log(String(e)); }
await end;
console.log(readFileSync(worker.logFile, "utf8").split("\n").slice(-8).join("\n").slice(0, 2500));
console.log("db", setUp.databaseUrl, "store", setUp.store.url, "mirror", setUp.mirrorUrl);
await setUp[Symbol.asyncDispose]();

// npm start: everything from nothing to a running server and a demo appliance.
import { spawn, spawnSync } from "node:child_process";
import { join } from "node:path";
import { bootstrap, ROOT } from "./bootstrap.mjs";
import { installBuildParts } from "./build-parts.mjs";

bootstrap();
installBuildParts();

// Ours, which has only come just now: the machine's may be too old for what builds.
const node = join(ROOT, "node_modules", ".bin", "node");
const built = spawnSync(node, [join(ROOT, "scripts", "build.mjs")], { stdio: "inherit" });
if (built.status !== 0) process.exit(1);
const demo = spawn(node, [join(ROOT, "packages", "testkit", "demo", "main.ts"), ...process.argv.slice(2)], {
  stdio: "inherit",
});
// Ctrl-C reaches the demo by itself; this process only waits until it has cleaned up.
for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => signal === "SIGTERM" && demo.kill(signal));
demo.on("exit", (code) => process.exit(code ?? 0));

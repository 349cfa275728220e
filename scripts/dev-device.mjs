// npm run dev:device: the demo appliance, whose Pawl is built again and restarted at each change.
import { spawn } from "node:child_process";
import { join } from "node:path";
import { bootstrap, ROOT } from "./bootstrap.mjs";

bootstrap();
const { watchDevice } = await import("./build.mjs");

const node = join(ROOT, "node_modules", ".bin", "node");
let demo = null;
await watchDevice(() => {
  if (demo) return void demo.kill("SIGUSR2");
  demo = spawn(node, [join(ROOT, "packages", "testkit", "demo", "main.ts"), ...process.argv.slice(2)], {
    stdio: "inherit",
  });
  demo.on("exit", (code) => process.exit(code ?? 0));
});
for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => signal === "SIGTERM" && demo?.kill(signal));

// npm run dev: the pages of both programs, on a stand-in of their APIs.
import { spawn } from "node:child_process";
import { join } from "node:path";
import { bootstrap, ROOT } from "./bootstrap.mjs";

bootstrap();

const node = join(ROOT, "node_modules", ".bin", "node");
const main = join(ROOT, "packages", "ui", "dev", "main.ts");
const dev = spawn(node, [main, ...process.argv.slice(2)], { stdio: "inherit" });
dev.on("exit", (code) => process.exit(code ?? 0));
for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => signal === "SIGTERM" && dev.kill(signal));

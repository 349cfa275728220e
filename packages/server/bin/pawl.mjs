#!/usr/bin/env node
// The server's `pawl`. Its sources are TypeScript, which Node runs by itself since 22.18; an older one hands over to ours.
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const HERE = dirname(fileURLToPath(import.meta.url));
const MAIN = join(HERE, "..", "main.ts");
const OUR_NODE = join(HERE, "..", "..", "..", "node_modules", ".bin", "node");

const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
if (major > 22 || (major === 22 && minor >= 18)) {
  await import(MAIN);
} else if (existsSync(OUR_NODE)) {
  const child = spawn(OUR_NODE, [MAIN, ...process.argv.slice(2)], { stdio: "inherit" });
  // Ctrl-C reaches the child by itself; what is sent to this process alone is passed on.
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) {
    process.on(signal, () => signal !== "SIGINT" && child.kill(signal));
  }
  child.on("exit", (code, signal) => process.exit(signal ? 1 : (code ?? 1)));
} else {
  console.error(`pawl: Node 22.18 or later is needed, this is ${process.versions.node}.`);
  process.exitCode = 1;
}

// A stop program that asks once, waits a second, and gives up: polite-stop.mjs <file with the pid>
import { readFileSync } from "node:fs";

const pid = Number(readFileSync(process.argv[2], "utf8"));
process.kill(pid, "SIGTERM");
await new Promise((resolve) => setTimeout(resolve, 1_000));
try {
  process.kill(pid, 0);
  console.error(`${pid} did not end`);
  process.exitCode = 1;
} catch {
  // It has ended.
}

import { writeFile } from "node:fs/promises";
import { get } from "node:http";
import { Appliance, TempDir } from "@pawl/testkit";
import { quantile } from "../median.ts";
import { DEVICE_FILE } from "./device-file.ts";
import { listening } from "./listening.ts";

const LINES = 200;
const LINE_EVERY_MS = 10;

/**
 * How long a progress line takes from its write in the applier's process to a watcher of the API, in milliseconds: a real
 * install by the built file, in which a service's start program writes lines, and `watchers` connections.
 */
export async function benchProgressLine(watchers: number): Promise<{ p50_ms: number; p99_ms: number; lines: number }> {
  await using dir = await TempDir.create();
  await using appliance = await Appliance.create({
    dir: dir.path,
    pawl: [process.execPath, DEVICE_FILE],
    steady: "100ms",
  });
  await appliance.publish("1.0.0");
  await talkative(appliance, dir);
  const daemon = await listening(appliance);
  try {
    const url = `http://127.0.0.1:${appliance.apiPort}/api/update`;
    const seen = new Map<string, number[]>();
    const streams = Array.from({ length: watchers }, () => watch(`${url}/progress`, seen));
    await new Promise((resolve) => setTimeout(resolve, 500));
    await fetch(`${url}/install`, { method: "POST" });
    await Promise.all(streams);
    const { lines } = (await (await fetch(`${url}/log`)).json()) as { lines: { at: string; line: string }[] };
    const delays = lines.flatMap(({ at, line }) => (seen.get(line) ?? []).map((moment) => moment - Date.parse(at)));
    return { p50_ms: quantile(delays, 0.5), p99_ms: quantile(delays, 0.99), lines: delays.length };
  } finally {
    daemon.kill("SIGTERM");
  }
}

/** Gives the appliance one more service, whose start program says something every few milliseconds. */
async function talkative(appliance: Appliance, dir: TempDir): Promise<void> {
  const program = dir.join("talk.mjs");
  await writeFile(
    program,
    `for (let n = 1; n <= ${LINES}; n++) {
       process.stdout.write(\`line \${n} of the start program\\n\`);
       await new Promise((resolve) => setTimeout(resolve, ${LINE_EVERY_MS}));
     }`,
  );
  const argv = (...more: string[]) => JSON.stringify([process.execPath, ...more]);
  const service = `      - command: { start: ${argv(program)}, stop: ${argv("-e", "0")}, status: ${argv("-e", "0")} }\n`;
  await appliance.changeConfig((text) => text.replace("    health:\n", `${service}    health:\n`));
}

/** One watcher: notes when each line of the start program arrives; ends with the stream. */
function watch(url: string, seen: Map<string, number[]>): Promise<void> {
  return new Promise((resolve, reject) => {
    const request = get(url, { agent: false }, (response) => {
      response.setEncoding("utf8");
      response.on("data", (text: string) => {
        const now = Date.now();
        for (const [line] of text.matchAll(/line \d+ of the start program/g)) {
          const moments = seen.get(line);
          if (moments) moments.push(now);
          else seen.set(line, [now]);
        }
      });
      response.on("end", resolve);
    });
    request.on("error", reject);
  });
}

import { spawn } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { TempDir } from "@pawl/testkit";

export interface Load {
  url: string;
  /** A wrk script, by its text. */
  script?: string;
  /** Besides those of this process, for the script. */
  env?: Readonly<Record<string, string>>;
  headers?: Readonly<Record<string, string>>;
  /** The status every answer has to have: a server that refuses is fast, too. */
  status: number;
  seconds?: number;
  /** Default: 32. */
  connections?: number;
}

/** How a server answers one thread of wrk. */
export interface Answering {
  /** Requests a second. */
  rate: number;
  /** Milliseconds from a request to its answer, that half of all answers keep. */
  median: number;
  /** And that 99 of a hundred keep. */
  p99: number;
}

const REPORT = `
local threads = {}
function setup(thread) table.insert(threads, thread) end
function init(args) wrong = 0 end
function response(status, headers, body) if status ~= EXPECTED then wrong = wrong + 1 end end
function done(summary, latency, requests)
  local all = 0
  for _, thread in ipairs(threads) do all = all + (thread:get("wrong") or 0) end
  io.write(string.format("wrong %d\\nmedian %d\\np99 %d\\n", all, latency:percentile(50), latency:percentile(99)))
end
`;

/** Requests a second that a server answers. */
export async function requestsPerSecond(load: Load): Promise<number> {
  return (await answering(load)).rate;
}

/** @throws Error if any answer had another status */
export async function answering({
  url,
  script = "",
  env = {},
  headers = {},
  status,
  seconds = 5,
  connections = 32,
}: Load): Promise<Answering> {
  await using dir = await TempDir.create("pawl-wrk-");
  const file = dir.join("load.lua");
  await writeFile(file, `${script}\nEXPECTED = ${status}\n${REPORT}`);
  const named = Object.entries(headers).flatMap(([name, value]) => ["-H", `${name}: ${value}`]);
  const output = await run("wrk", ["-t1", `-c${connections}`, `-d${seconds}s`, "-s", file, ...named, url], env);
  const figure = (pattern: RegExp) => Number(pattern.exec(output)?.[1] ?? Number.NaN);
  const rate = figure(/Requests\/sec:\s+([\d.]+)/);
  if (figure(/^wrong (\d+)/m) !== 0 || !(rate > 0)) {
    throw new Error(`${url} answered otherwise than with ${status}:\n${output}`);
  }
  // In microseconds.
  return { rate, median: figure(/^median (\d+)/m) / 1000, p99: figure(/^p99 (\d+)/m) / 1000 };
}

async function run(program: string, args: string[], env: Readonly<Record<string, string>>): Promise<string> {
  const child = spawn(program, args, { stdio: ["ignore", "pipe", "inherit"], env: { ...process.env, ...env } });
  let output = "";
  child.stdout.on("data", (data) => {
    output += data;
  });
  const code = await new Promise((resolve, reject) => child.once("error", reject).once("close", resolve));
  if (code !== 0) throw new Error(`${program} ended with ${code}: ${output}`);
  return output;
}

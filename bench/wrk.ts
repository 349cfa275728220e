import { spawn } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { TempDir } from "@pawl/testkit";

export interface Load {
  url: string;
  /** A wrk script, by its text. */
  script?: string;
  headers?: Readonly<Record<string, string>>;
  /** The status every answer has to have: a server that refuses is fast, too. */
  status: number;
  seconds?: number;
}

const COUNT_STATUS = `
local threads = {}
function setup(thread) table.insert(threads, thread) end
function init(args) wrong = 0 end
function response(status, headers, body) if status ~= EXPECTED then wrong = wrong + 1 end end
function done(summary, latency, requests)
  local all = 0
  for _, thread in ipairs(threads) do all = all + (thread:get("wrong") or 0) end
  io.write(string.format("wrong %d\\n", all))
end
`;

/** Requests a second that a server answers to one thread of wrk with 32 connections. */
export async function requestsPerSecond({
  url,
  script = "",
  headers = {},
  status,
  seconds = 5,
}: Load): Promise<number> {
  await using dir = await TempDir.create("pawl-wrk-");
  const file = dir.join("load.lua");
  await writeFile(file, `${script}\nEXPECTED = ${status}\n${COUNT_STATUS}`);
  const named = Object.entries(headers).flatMap(([name, value]) => ["-H", `${name}: ${value}`]);
  const output = await run("wrk", ["-t1", "-c32", `-d${seconds}s`, "-s", file, ...named, url]);
  const wrong = Number(/^wrong (\d+)/m.exec(output)?.[1] ?? Number.NaN);
  const rate = Number(/Requests\/sec:\s+([\d.]+)/.exec(output)?.[1] ?? Number.NaN);
  if (wrong !== 0 || !(rate > 0)) throw new Error(`${url} answered otherwise than with ${status}:\n${output}`);
  return rate;
}

async function run(program: string, args: string[]): Promise<string> {
  const child = spawn(program, args, { stdio: ["ignore", "pipe", "inherit"] });
  let output = "";
  child.stdout.on("data", (data) => {
    output += data;
  });
  const code = await new Promise((resolve, reject) => child.once("error", reject).once("close", resolve));
  if (code !== 0) throw new Error(`${program} ended with ${code}: ${output}`);
  return output;
}

import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { freePort, TempDir } from "@pawl/testkit";
import { untilAnswers } from "../until-answers.ts";

const HERE = fileURLToPath(new URL(".", import.meta.url));
const PYTHON = "/usr/bin/python3";
const MODULES = "import fastapi, uvicorn, uvloop, httptools, rq, redis";

/** What of the yardstick isn't installed, by Debian's names; empty: it can run. */
export function missingForBaseline(): string[] {
  const isThere = (program: string) => spawnSync("which", [program]).status === 0;
  const missing = ["wrk", "redis-server"].filter((program) => !isThere(program));
  const hasPython = existsSync(PYTHON) && spawnSync(PYTHON, ["-c", MODULES]).status === 0;
  return hasPython
    ? missing
    : [...missing, "python3-fastapi", "uvicorn", "python3-uvloop", "python3-httptools", "python3-rq", "python3-redis"];
}

export interface Baseline extends AsyncDisposable {
  url: string;
}

/** The existing stack: Redis without a disk, and one uvicorn process. */
export async function startBaseline(): Promise<Baseline> {
  const dir = await TempDir.create("pawl-baseline-");
  const [redisPort, port] = [await freePort(), await freePort()];
  const redis = spawn("redis-server", ["--port", String(redisPort), "--save", "", "--appendonly", "no"], {
    cwd: dir.path,
    stdio: "ignore",
  });
  const args = ["-m", "uvicorn", "--app-dir", HERE, "server:app", "--port", String(port), "--log-level", "warning"];
  const server = spawn(PYTHON, args, {
    cwd: dir.path,
    stdio: ["ignore", "ignore", "inherit"],
    env: { ...process.env, REDIS_PORT: String(redisPort), PYTHONDONTWRITEBYTECODE: "1" },
  });
  const url = `http://127.0.0.1:${port}`;
  await untilAnswers(`${url}/docs`);
  return {
    url,
    [Symbol.asyncDispose]: async () => {
      // One after the other: what runs without its Redis fills the terminal with its troubles.
      for (const child of [server, redis]) {
        const exit = once(child, "exit");
        if (child.kill()) await exit;
      }
      await dir[Symbol.asyncDispose]();
    },
  };
}

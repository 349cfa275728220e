import { setTimeout as sleep } from "node:timers/promises";
import type { Load } from "../wrk.ts";

/** What a device asks; every client generation's dialect takes it. */
export interface Check {
  version: string;
  target: string;
  /** Package → version. */
  installed: Readonly<Record<string, string>>;
}

interface Dialect {
  path: string;
  body(check: Check): object;
}

/** Our own API, and what clients of the first generation send. */
export const DIALECTS = {
  v2: {
    path: "/api/v2/upgrade-checks",
    body: (check) => ({ distribution: "openwrt", ...check }),
  },
  "asu-v0": {
    path: "/api/upgrade-check",
    body: (check) => ({ distro: "openwrt", ...check, upgrade_packages: true }),
  },
} as const satisfies Record<string, Dialect>;

/** Load of upgrade checks, one after the other and from the start again. Each has been answered once before. */
export async function checkLoad(
  url: string,
  { path, body }: Dialect,
  checks: readonly Check[],
): Promise<Pick<Load, "url" | "script" | "status">> {
  const bodies = checks.map((check) => JSON.stringify(body(check)));
  for (const one of bodies) await untilAnswered(`${url}${path}`, one);
  const headers = `{["Content-Type"] = "application/json"}`;
  // Lua's long strings are what stands between the brackets, and JSON of packages has no such brackets.
  const script = `
    local bodies = {${bodies.map((one) => `[==[${one}]==]`).join(",\n")}}
    local requests, at = {}, 0
    function request()
      at = at % #bodies + 1
      requests[at] = requests[at] or wrk.format("POST", "${path}", ${headers}, bodies[at])
      return requests[at]
    end`;
  return { url, script, status: 200 };
}

/** Answers what came; what has to be loaded first may take its time. */
export async function untilAnswered(url: string, body: string): Promise<unknown> {
  for (const end = Date.now() + 120_000; ; await sleep(100)) {
    const response = await fetch(url, { method: "POST", headers: { "content-type": "application/json" }, body });
    const answer = await response.json();
    if (response.status === 200) return answer;
    if (response.status !== 503 || Date.now() > end) {
      throw new Error(`${url} answered ${response.status}: ${JSON.stringify(answer)}`);
    }
  }
}

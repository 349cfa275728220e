import { Config } from "@pawl/protocol";
import { systemFacts } from "../preflight/index.ts";
import { run as systemRun } from "../system/run.ts";
import type { Run, RunResult } from "../system/types.ts";
import { HastyClock } from "../testing/device-fixture.ts";
import type { Surroundings } from "./surroundings.ts";
import type { Finding, Verdict } from "./types.ts";

export const { signal: PATIENT } = new AbortController();

/** How a program ended. */
export function ended(stdout: string, code = 0, stderr = ""): RunResult {
  return { code, signal: null, stdout, stderr, timedOut: false };
}

/** Programs of the system's that answer as a test has it, by how their call begins. All others aren't there. */
export function programs(answers: Record<string, RunResult>, calls: string[] = []): Run {
  return async (argv) => {
    const call = argv.join(" ");
    calls.push(call);
    const known = Object.keys(answers).find((beginning) => call.startsWith(beginning));
    return (known && answers[known]) || ended("", 127, `${argv[0]} not found`);
  };
}

/** What `systemctl show` says of a unit, all well unless `more` says otherwise. */
export function unit(more: Record<string, string> = {}): RunResult {
  const shown = { LoadState: "loaded", ActiveState: "active", UnitFileState: "enabled", ...more };
  return ended(
    Object.entries(shown)
      .map(([name, value]) => `${name}=${value}\n`)
      .join(""),
  );
}

/** A device of one user, without systemd, that is nobody's and everybody's at once. */
export function someSurroundings(dir: string, more: Partial<Surroundings> = {}): Surroundings {
  return {
    run: systemRun,
    clock: new HastyClock("2026-05-01T12:00:00Z"),
    bootedAt: () => new Date(0),
    facts: systemFacts(systemRun),
    mounts: () => "",
    self: { uid: process.getuid?.() ?? 0, gids: [process.getgid?.() ?? 0] },
    places: {
      config: `${dir}/etc/pawl.yaml`,
      program: `${dir}/bin/pawl`,
      helper: `${dir}/sbin/pawl-apply`,
      units: `${dir}/units`,
      polkitRules: `${dir}/rules.d`,
      sudoers: `${dir}/sudoers.d`,
    },
    way: {
      isRoot: true,
      isSystemConfig: false,
      hasSystemd: false,
      hasUnit: false,
      hasPolkit: false,
      hasHelper: false,
    },
    ground: { root: dir, run: systemRun, uid: 0, self: `${dir}/pawl.mjs` },
    nodeVersion: "20.0.0",
    program: `${dir}/bin/pawl`,
    apiUser: () => null,
    becomeApiUser: () => undefined,
    ...more,
  };
}

/** A configuration with one app in a folder. */
export function someConfig(dir: string, app: object = {}, more: object = {}): Config {
  return Config.parse({
    state_dir: `${dir}/state`,
    hooks_dir: `${dir}/hooks`,
    apps: {
      kitchen: {
        source: { directory: { path: `${dir}/releases` } },
        install: { bundle: { home: `${dir}/home` } },
        ...app,
      },
    },
    ...more,
  });
}

/** What was found, in short: `trouble: /etc/pawl.yaml is not …`. */
export function inShort(findings: readonly Finding[]): string[] {
  return findings.map(({ ok, title }) => `${ok}: ${title}`);
}

export function verdicts(findings: readonly Finding[]): Verdict[] {
  return findings.map(({ ok }) => ok);
}

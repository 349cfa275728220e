import type { ServiceConfig } from "@pawl/protocol";
import { properties } from "../system/services/unit.ts";
import type { Run } from "../system/types.ts";
import { LOOK_MS } from "./limits.ts";
import { type Finding, fine, trouble, warning } from "./types.ts";

/** Whether the units of an app start what `current` leads to, and not one release of several for ever. */
export async function lookAtStarts(
  services: readonly ServiceConfig[],
  home: string,
  run: Run,
  signal: AbortSignal,
): Promise<Finding[]> {
  const units = services.flatMap((service) => ("unit" in service ? [service.unit] : []));
  const findings = await Promise.all(
    units.map(async (unit) => {
      const argv = ["systemctl", "show", "-p", "ExecStart", unit];
      const { code, stdout } = await run(argv, { timeoutMs: LOOK_MS, signal });
      return code === 0 ? assessStart(unit, properties(stdout).ExecStart ?? "", home) : [];
    }),
  );
  return findings.flat();
}

/**
 * By systemd's own words, `{ path=/opt/kettle/current/bin/kettle ; argv[]=… ; … }`. A script of an environment names its
 * Python by the release's own path; a Python that is started through the link belongs to whatever that leads to later. Pure.
 */
export function assessStart(unit: string, execStart: string, home: string): Finding[] {
  const argv = /argv\[\]=(.*?) ;/.exec(execStart)?.[1] ?? "";
  const fix = `sudo systemctl edit --full ${unit}: ExecStart=${home}/current/bin/<program>`;
  if (argv.includes(`${home}/releases/`)) {
    return [trouble(`${unit} starts one release, whichever is installed later`, fix, argv)];
  }
  const program = argv.split(" ").find((word) => word.startsWith(`${home}/current/`));
  if (program === undefined) return [];
  if (/\/bin\/(python|pypy)[\d.]*$/.test(program)) {
    const title = `${unit} starts ${program}: what it imports after a switch, and before its restart, is the new release's`;
    const resolved = `/bin/sh -c 'exec "$(readlink -f ${home}/current)"/bin/python …'`;
    return [warning(title, `${fix}; or ${resolved}`, argv)];
  }
  return [fine(`${unit} starts what ${home}/current leads to`)];
}

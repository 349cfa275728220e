import { type Finding, fine, trouble, warning } from "@pawl/device/doctor";
import type { ShownWorker } from "../operator/types.ts";
import { bare, counted } from "./looks.ts";

/** Whether somebody builds, and what keeps those who are there from it. Pure. */
export function assessWorkers(workers: readonly ShownWorker[]): Finding[] {
  const there = workers.filter(({ isThere }) => isThere);
  const lost = workers.filter(({ isThere, isDraining }) => !isThere && !isDraining);
  const findings = there.flatMap(({ name, trouble: lack }) =>
    lack === null ? [] : [trouble(`The worker ${name} can't build: ${bare(lack)}`, "See to it on its machine")],
  );
  for (const { name, seenAt } of lost) {
    const since = seenAt.toISOString().slice(11, 19);
    const title = `The worker ${name} was there, and has said nothing since ${since} UTC`;
    findings.push(warning(title, "Look on its machine whether it runs: journalctl -u 'pawl-worker@*'"));
  }
  const able = there.filter(({ trouble, isDraining }) => trouble === null && !isDraining);
  if (able.length === 0) {
    const fix =
      "Start one: systemctl start pawl-worker@1, or pawl worker, or worker.embedded in the server's configuration";
    return [trouble("No worker is there that builds: what is asked for waits", fix), ...findings];
  }
  const places = able.reduce((sum, { parallel }) => sum + parallel, 0);
  const running = able.reduce((sum, worker) => sum + worker.running, 0);
  const words = `${counted(able.length, "worker")} ${able.length === 1 ? "is" : "are"} there`;
  return [fine(`${words}, for ${counted(places, "build")} at a time; ${running} at work`), ...findings];
}

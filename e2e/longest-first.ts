import { BaseSequencer, type TestSpecification } from "vitest/node";

/**
 * The files that take longest, longest first; all others follow. On a machine that has never run them nothing else is known
 * but their sizes, and the last minutes of a run would be those of one long file on one core.
 */
const LONGEST = [
  "e2e/systemd/survives",
  "e2e/systemd/power-cut",
  "e2e/scale-out",
  "e2e/systemd/python-app-in-place",
  "e2e/systemd/python-app",
  "e2e/chaos",
  "e2e/clients/old-images",
  "e2e/server/workers",
  "e2e/faults/stopped-applier",
  "e2e/kill",
  "e2e/cli-owner",
  "e2e/cli",
  "e2e/faults/services",
  "e2e/faults/network",
  "e2e/faults/changing-host",
  "e2e/check-due",
  "e2e/pi-kit",
  "e2e/api-killed",
  "e2e/python-app-in-place",
  "e2e/demo",
  "e2e/python-app-trouble",
  "e2e/repeater-dashboard-branches",
  "e2e/python-app",
  "e2e/faults/clock",
  "e2e/bad-input-steps",
  "e2e/update-on-node18",
  "e2e/update-on-machines-node",
  "e2e/update-on-node24",
  "e2e/bad-input-host",
  "e2e/bad-input-branches",
  "e2e/scheduled",
  "e2e/bad-input",
  "e2e/takeover-user",
  "e2e/bad-input-device",
  "packages/device/installers/bundle/copy/copy-interrupted",
  "e2e/powercut",
  "e2e/systemd/setup",
  "e2e/systemd/operator",
  "e2e/setup",
  "packages/device/installers/bundle/preserve-interrupted",
  "packages/device/installers/bundle/adopt-interrupted",
  "e2e/takeover-staged",
  "e2e/faults/crowd",
  "e2e/socket-activation",
  "e2e/systemd/limits",
  "e2e/server/any-request",
  "e2e/clients/images",
  "e2e/server/bad-builds",
  "e2e/server/bad-disks",
  "e2e/server/builds",
  "packages/server/worker/sandbox/kinds",
  "e2e/python-app-cli",
  "e2e/server/killed",
  "e2e/systemd/socket",
  "e2e/takeover-sudo",
  "e2e/cli-words",
];

/** Starts the longest files first, and those that share their processes last: they are short, and fill the cores to the end. */
export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    return sorted.toSorted((a, b) => turn(a) - turn(b));
  }
}

function turn({ moduleId, project }: TestSpecification): number {
  const known = LONGEST.findIndex((name) => moduleId.endsWith(`/${name}.test.ts`));
  const last = LONGEST.length;
  return project.config.isolate ? (known < 0 ? last : known) : last + 1;
}

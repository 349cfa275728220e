import { BaseSequencer, type TestSpecification } from "vitest/node";

/**
 * The files that take longest, longest first; all others follow. On a machine that has never run them nothing else is known
 * but their sizes, and the last minutes of a run would be those of one long file on one core.
 */
const LONGEST = [
  "e2e/systemd/survives",
  "packages/device/installers/bundle/copy/copy-interrupted",
  "e2e/systemd/power-cut",
  "e2e/demo",
  "e2e/faults/stopped-applier",
  "e2e/scale-out",
  "e2e/kill",
  "e2e/faults/services",
  "e2e/cli-owner",
  "e2e/cli",
  "e2e/faults/network",
  "e2e/browser/gallery",
  "e2e/repeater-dashboard-branches",
  "e2e/systemd/setup",
  "e2e/faults/changing-host",
  "e2e/python-app-trouble",
  "e2e/pi-kit",
  "e2e/python-app-in-place",
  "e2e/takeover-staged",
  "e2e/takeover-user",
  "e2e/clients/images",
  "e2e/api-killed",
  "e2e/scheduled",
  "e2e/docs-server",
  "packages/device/installers/bundle/preserve-interrupted",
  "e2e/systemd/python-app-in-place",
  "e2e/update-on-node18",
  "e2e/socket-activation",
  "e2e/browser/device",
  "e2e/browser/server",
  "e2e/update-on-node24",
  "packages/device/installers/bundle/adopt-interrupted",
  "e2e/bad-input",
  "e2e/systemd/limits",
  "e2e/server/workers",
  "e2e/bad-input-device",
  "e2e/powercut",
  "packages/server/worker/sandbox/kinds",
  "e2e/faults/crowd",
  "e2e/faults/clock",
  "e2e/server/any-request",
  "e2e/python-app",
  "packages/device/installers/pip/venv/venv-installer",
  "e2e/bad-input-host",
  "e2e/setup",
  "packages/server/builders/openwrt-imagebuilder/builds-with-opkg",
  "e2e/server/killed",
  "packages/server/builders/openwrt-imagebuilder/builds-with-apk",
  "packages/server/catalog/bad-days",
  "e2e/check-due",
  "e2e/bad-input-steps",
  "e2e/docs",
  "e2e/clients/old-images",
  "e2e/systemd/python-app",
  "e2e/systemd/operator",
  "packages/testkit/imagebuilder/failures",
  "e2e/server/builds",
  "e2e/update-on-machines-node",
  "e2e/bad-input-branches",
  "packages/device/installers/pip/in-place/in-place-interrupted",
  "packages/device/installers/pip/in-place/in-place",
  "e2e/doctor",
  "e2e/takeover-sudo",
  "e2e/server/hostile-upstream",
  "packages/server/builders/openwrt-imagebuilder/builds-on-disks",
  "e2e/systemd/socket",
  "packages/device/sources/git/trouble",
  "packages/device/sources/git/look",
  "packages/server/catalog/loading/updater",
  "e2e/faults/disk",
  "e2e/browser/stand-in",
];

/** Starts the longest files first, and those that share their processes last: most are short, and fill the cores to the end. */
export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    return sorted.toSorted((a, b) => turn(a) - turn(b));
  }
}

function turn({ moduleId, project }: TestSpecification): number {
  const known = LONGEST.findIndex((name) => moduleId.endsWith(`/${name}.test.ts`));
  const last = LONGEST.length;
  const place = known < 0 ? last : known;
  return project.config.isolate ? place : last + 1 + place;
}

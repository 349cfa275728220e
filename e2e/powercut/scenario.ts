import type { DeviceVersion } from "./contents.ts";
import type { LayoutName } from "./place.ts";

/** What happens to a device, and what it serves before and after. */
export interface Scenario {
  name: "install" | "adoption" | "rollback" | "going-back" | "making-do";
  layout: LayoutName;
  old: DeviceVersion;
  new: DeviceVersion;
  /** The version that doesn't work when it is started. */
  broken: DeviceVersion | null;
}

/**
 * The three of the promise, and two in which a release doesn't work: an install, from which the device goes back by
 * itself, and a way back, from which there is none.
 */
const KINDS: readonly Omit<Scenario, "layout">[] = [
  { name: "install", old: "1.0.0", new: "2.0.0", broken: null },
  { name: "adoption", old: "0.9.0", new: "1.0.0", broken: null },
  { name: "rollback", old: "2.0.0", new: "1.0.0", broken: null },
  { name: "going-back", old: "1.0.0", new: "2.0.0", broken: "2.0.0" },
  { name: "making-do", old: "2.0.0", new: "1.0.0", broken: "1.0.0" },
];

export const SCENARIOS: readonly Scenario[] = KINDS.flatMap((kind) =>
  (["symlink", "copy"] as const).map((layout) => ({ ...kind, layout })),
);

/** How one is named on the command line and in reports. */
export function titleOf({ name, layout }: Scenario): string {
  return `${name}/${layout}`;
}

/** Whether the owner asks to go back, and for no new release. */
export function isRollback({ name }: Scenario): boolean {
  return name === "rollback" || name === "making-do";
}

/** How the update ends when nothing disturbs it, and what is served then. */
export function undisturbedEnd(scenario: Scenario) {
  switch (scenario.name) {
    case "going-back":
      return { result: "rolled_back", version: scenario.old } as const;
    case "making-do":
      return { result: "failed", version: scenario.new } as const;
    default:
      return { result: "success", version: scenario.new } as const;
  }
}

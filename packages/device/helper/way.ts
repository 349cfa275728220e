/** What the way to root's side depends on. */
export interface WayFacts {
  isRoot: boolean;
  /** Our configuration is the system's own: the only one that root's side reads. */
  isSystemConfig: boolean;
  /** systemd has booted this machine. */
  hasSystemd: boolean;
  /** `pawl-apply@.service` is installed. */
  hasUnit: boolean;
  /** polkit lets our user start it. */
  hasPolkit: boolean;
  /** `pawl-apply` is installed. */
  hasHelper: boolean;
}

/** `unit`: systemd starts it; `sudo`: sudo does; `self`: this very user, in a session of its own. */
export type Way = "unit" | "sudo" | "self";

/** How root's side is reached (contract device-api.md §7). Pure. */
export function wayToRoot(facts: WayFacts): Way {
  if (!facts.isSystemConfig) return "self";
  const mayStartUnit = facts.isRoot || facts.hasPolkit;
  if (facts.hasSystemd && facts.hasUnit && mayStartUnit) return "unit";
  return facts.hasHelper && !facts.isRoot ? "sudo" : "self";
}

import { PLACES } from "../../helper/places.ts";
import { showUnit, systemctl } from "../systemctl.ts";
import { GOES, type Ground, type Thing } from "../types.ts";

/** A unit that starts with the device, and with `start` right now as well. */
export function enabled(ground: Ground, { unit, start }: { unit: string; start: boolean }): Thing {
  const look = () => showUnit(ground, unit, ["LoadState", "UnitFileState", "ActiveState"]);
  return {
    does: start ? `enable and start ${unit}` : `enable ${unit}`,
    undoes: `stop and disable ${unit}`,
    isDone: async () => {
      const { UnitFileState, ActiveState } = await look();
      return UnitFileState === "enabled" && (!start || ActiveState === "active");
    },
    make: (signal) => systemctl(ground, start ? ["enable", "--now", unit] : ["enable", unit], signal),
    fate: async () => {
      const { LoadState, UnitFileState, ActiveState } = await look();
      const isInUse = UnitFileState === "enabled" || ActiveState === "active" || ActiveState === "failed";
      return LoadState !== "not-found" && isInUse ? GOES : null;
    },
    remove: (signal) => systemctl(ground, ["disable", "--now", unit], signal),
  };
}

/** systemd knows the units as they are on the disk. */
export function unitsRead(ground: Ground, units: readonly string[]): Thing {
  return {
    does: "have systemd read its units again",
    undoes: "have systemd forget these units",
    isDone: async (changed) => {
      if (pathsOf(units, changed).length > 0) return false;
      for (const unit of units) {
        const { LoadState, NeedDaemonReload } = await showUnit(ground, unit, ["LoadState", "NeedDaemonReload"]);
        if (LoadState !== "loaded" || NeedDaemonReload === "yes") return false;
      }
      return true;
    },
    make: (signal) => systemctl(ground, ["daemon-reload"], signal),
    fate: async (going) => (pathsOf(units, going).length > 0 ? GOES : null),
    remove: async (signal) => {
      await systemctl(ground, ["daemon-reload"], signal);
      // One that failed would stay in its lists.
      await systemctl(ground, ["reset-failed", "pawl-*"], signal);
    },
  };
}

/** The files of units among some others; an instance has that of its template. */
function pathsOf(units: readonly string[], paths: ReadonlySet<string>): string[] {
  return units.map((unit) => `${PLACES.units}/${unit.replace(/@.*\./, "@.")}`).filter((path) => paths.has(path));
}

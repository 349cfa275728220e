import { statsAt } from "../ground.ts";
import { showUnit, systemctl } from "../systemctl.ts";
import { GOES, type Ground, type Thing } from "../types.ts";

export const SOCKET = "pawl-device.socket";
export const SERVICE = "pawl-device.service";

/** The socket listens where its file says. `address` is as systemd shows it. */
export function listening(ground: Ground, address: string): Thing {
  return {
    does: `enable and start ${SOCKET}, on ${address}`,
    undoes: `stop and disable ${SOCKET} and ${SERVICE}`,
    isDone: async () => {
      const { UnitFileState, ActiveState, Listen } = await showUnit(ground, SOCKET, [
        "UnitFileState",
        "ActiveState",
        "Listen",
      ]);
      return UnitFileState === "enabled" && ActiveState === "active" && Listen === `${address} (Stream)`;
    },
    make: async (signal) => {
      await systemctl(ground, ["enable", SOCKET], signal);
      // One that listens elsewhere takes a new address only when it starts, and doesn't start while its service runs.
      await systemctl(ground, ["stop", SOCKET, SERVICE], signal);
      await systemctl(ground, ["start", SOCKET], signal);
    },
    fate: async () => {
      const { LoadState } = await showUnit(ground, SOCKET, ["LoadState"]);
      return LoadState === "not-found" ? null : GOES;
    },
    remove: (signal) => systemctl(ground, ["disable", "--now", SOCKET, SERVICE], signal),
  };
}

/** No API runs that is older than the files it was started from: the next request starts another. */
export function freshService(ground: Ground, madeFrom: readonly string[]): Thing {
  return {
    does: `stop ${SERVICE}, so that it starts anew with what has changed`,
    undoes: `stop ${SERVICE}`,
    isDone: async (changed) => {
      const names = ["ActiveState", "ExecMainStartTimestampMonotonic"];
      const { ActiveState, ExecMainStartTimestampMonotonic: started } = await showUnit(ground, SERVICE, names);
      if (ActiveState !== "active") return true;
      if (madeFrom.some((path) => changed.has(path))) return false;
      // In microseconds of the clock that hrtime counts in nanoseconds.
      const ageMs = Number(process.hrtime.bigint() / 1000n - BigInt(started || "0")) / 1000;
      const changes = await Promise.all(madeFrom.map(async (path) => (await statsAt(ground, path))?.mtimeMs ?? 0));
      return Math.max(...changes) < Date.now() - ageMs;
    },
    make: (signal) => systemctl(ground, ["stop", SERVICE], signal),
    fate: async () => null,
    remove: async () => undefined,
  };
}

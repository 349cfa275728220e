import { PLACES } from "../../helper/places.ts";
import { unitText } from "./text.ts";
import type { Unit, UnitFacts } from "./types.ts";
import { unprivileged } from "./unprivileged.ts";

/**
 * The default time of the daily check. What owners choose instead goes into a drop-in (`pawl-apply schedule`), and whether
 * anything is to be done is for the service to find out: turning checks off needs no rights.
 */
export const checkTimer: Unit = {
  name: "pawl-check.timer",
  text: unitText({
    Unit: ["Description=Looks for updates once a day (Pawl)"],
    Timer: [
      "OnCalendar=*-*-* 04:20",
      // Not all devices at once, and each at its own time every day.
      "RandomizedDelaySec=45m",
      "FixedRandomDelay=yes",
      // A device that slept or was off makes up for it.
      "Persistent=yes",
      "AccuracySec=1m",
    ],
    Install: ["WantedBy=timers.target"],
  }),
};

export function checkService(facts: UnitFacts): Unit {
  return {
    name: "pawl-check.service",
    text: unitText({
      Unit: [
        "Description=Looks for updates, and installs them where the owner wants that (Pawl)",
        "Wants=network-online.target",
        "After=network-online.target pawl-recover.service",
      ],
      Service: [
        "Type=oneshot",
        `ExecStart=${PLACES.program} check --due`,
        // Every wait of its own has an end; this one is for a fault of ours, or the next check would never come.
        "TimeoutStartSec=1d",
        "Nice=5",
        ...unprivileged(facts),
      ],
    }),
  };
}

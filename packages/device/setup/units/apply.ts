import { PLACES } from "../../helper/places.ts";
import { SECURE_PATH } from "../../system/roots-environment.ts";
import { appUnits } from "./app-units.ts";
import { list, type Section, unitText } from "./text.ts";
import type { Unit, UnitFacts } from "./types.ts";

const NOBODY_NEEDS = [
  "CAP_AUDIT_CONTROL",
  "CAP_AUDIT_READ",
  "CAP_BLOCK_SUSPEND",
  "CAP_BPF",
  "CAP_LEASE",
  "CAP_MAC_ADMIN",
  "CAP_MAC_OVERRIDE",
  "CAP_SYSLOG",
  "CAP_SYS_BOOT",
  "CAP_SYS_PACCT",
  "CAP_SYS_TTY_CONFIG",
  "CAP_WAKE_ALARM",
] as const;

/**
 * What root's side and all that it starts can do without. No more than that: an update writes wherever pawl.yaml says,
 * restarts services, runs the owner's hooks, and a service that is a command lives on with whatever is taken from it here.
 * So nothing that needs a mount namespace, closes devices, or keeps programs from becoming somebody else.
 */
export const CHANGES_THE_DEVICE: Section = [
  `Environment=PATH=${SECURE_PATH}`,
  "UMask=0022",
  "KeyringMode=private",
  "LockPersonality=yes",
  `CapabilityBoundingSet=~${NOBODY_NEEDS.join(" ")}`,
  // Without @reboot a hook that wants a reboot has to ask systemd, which lets the updater end in order.
  "SystemCallFilter=~@obsolete @cpu-emulation @swap @reboot",
  "SystemCallErrorNumber=EPERM",
  // The end of the updater must not be the end of services that it has started.
  "KillMode=process",
  // When memory runs out, the app goes before the updater that will start it again.
  "OOMScoreAdjust=-500",
];

/** Carries out one order, in a control group of its own: no restart of whoever asked for it ends it. */
export const applyService = ({ config }: UnitFacts): Unit => ({
  name: "pawl-apply@.service",
  text: unitText({
    Unit: [
      "Description=Carries out an update: %i (Pawl)",
      // Asked while the device starts, it would test an app whose turn has not come, and go back from a good release.
      list("After", ["pawl-recover.service", ...appUnits(config)]),
      // Each order is a unit of its own. Those that failed would pile up in systemd's memory, as many as anybody asks for.
      "CollectMode=inactive-or-failed",
      "StartLimitIntervalSec=10min",
      // An owner who tries out times starts the instance `schedule` over and over.
      "StartLimitBurst=20",
    ],
    Service: [
      "Type=exec",
      `ExecStart=${PLACES.helper} %i`,
      // Killed, it finds on the disk where it was.
      "Restart=on-abnormal",
      "RestartSec=5s",
      // An update that is told to end goes back first.
      "TimeoutStopSec=5min",
      ...CHANGES_THE_DEVICE,
    ],
  }),
});

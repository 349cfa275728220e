import { dirname } from "node:path";
import type { AppConfig, Config } from "@pawl/protocol";
import { PLACES } from "../../helper/places.ts";
import { placesOf } from "../../installers/places.ts";
import { SECURE_PATH } from "../../system/roots-environment.ts";
import { appUnits } from "./app-units.ts";
import { CHANGES_THE_DEVICE } from "./apply.ts";
import { KERNEL_IS_OUT_OF_REACH } from "./hardening.ts";
import { mountsAbove } from "./mounts.ts";
import { list, quoted, unitText } from "./text.ts";
import type { Unit, UnitFacts } from "./types.ts";

/**
 * Before anything that serves starts: what a power cut left of a switch is finished or undone. It starts no unit, which
 * from there would wait for ever, and needs no network.
 */
export function recoverService({ config }: UnitFacts): Unit {
  return {
    name: "pawl-recover.service",
    text: unitText({
      Unit: [
        "Description=Settles what a power cut left of an update (Pawl)",
        "DefaultDependencies=no",
        // Without these there is nothing to settle. One app's absent disk is no reason to leave the others unsettled.
        list("RequiresMountsFor", [quoted(config.state_dir)]),
        list("After", ["local-fs.target", "systemd-remount-fs.service", ...mountsAbove(foldersOf(config))]),
        list("Before", ["basic.target", "shutdown.target", ...appUnits(config)]),
        "Conflicts=shutdown.target",
      ],
      Service: [
        "Type=oneshot",
        // Where to look also when the configuration can't be used then.
        `ExecStart=${PLACES.program} recover --state-dir ${quoted(config.state_dir).replaceAll("$", "$$$$")}`,
        // Once in a boot.
        "RemainAfterExit=yes",
        // A device that can't be settled still has to boot.
        `TimeoutStartSec=${mayNeedPip(config) ? "10min" : "30s"}`,
        "UMask=0022",
        `Environment=PATH=${SECURE_PATH}`,
        "OOMScoreAdjust=-500",
        "PrivateNetwork=yes",
        // It may have to put anything in place, anywhere, whoever it belongs to: so no more of the disk can be kept from it.
        "CapabilityBoundingSet=CAP_CHOWN CAP_DAC_OVERRIDE CAP_DAC_READ_SEARCH CAP_FOWNER CAP_FSETID",
        "RestrictAddressFamilies=AF_UNIX",
        ...KERNEL_IS_OUT_OF_REACH,
      ],
      Install: ["WantedBy=basic.target"],
    }),
  };
}

/** After the apps have started: tests what was settled, goes back if need be, and goes on with what was being fetched. */
export function resumeService({ config }: UnitFacts): Unit {
  return {
    name: "pawl-resume.service",
    text: unitText({
      Unit: [
        "Description=Goes on with an update that was interrupted (Pawl)",
        "Wants=network-online.target",
        list("After", ["multi-user.target", "network-online.target", "pawl-recover.service", ...appUnits(config)]),
        "StartLimitIntervalSec=10min",
        "StartLimitBurst=20",
      ],
      Service: [
        // The boot doesn't wait for it.
        "Type=exec",
        `ExecStart=${PLACES.program} resume`,
        // Killed, it finds on the disk where it was.
        "Restart=on-abnormal",
        "RestartSec=5s",
        "TimeoutStopSec=5min",
        ...CHANGES_THE_DEVICE,
      ],
      Install: ["WantedBy=multi-user.target"],
    }),
  };
}

/** In place, what was replaced comes back by pip, which takes its time on a small board; a service would start in the middle of it. */
function mayNeedPip({ apps }: Config): boolean {
  return Object.values(apps).some(({ install }) => environmentOf(install) !== null);
}

/** What an in-place app is installed into, as far as its path says. */
function environmentOf(install: AppConfig["install"]): string | null {
  return "pip" in install && install.pip.mode === "in-place" ? dirname(dirname(install.pip.python)) : null;
}

/** Wherever an app has something. */
function foldersOf({ apps }: Config): string[] {
  const places = Object.values(apps).flatMap(({ install }) => {
    const { home, backup_dir, map } = placesOf(install);
    return [home ?? [], backup_dir ?? [], environmentOf(install) ?? [], ...Object.values(map)].flat();
  });
  return [...new Set(places)].sort();
}

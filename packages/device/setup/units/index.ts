import { applyService } from "./apply.ts";
import { recoverService, resumeService } from "./boot.ts";
import { checkService, checkTimer } from "./check.ts";
import { deviceService, deviceSocket } from "./device.ts";
import type { Unit, UnitFacts } from "./types.ts";

/** Of them those of root's side: what carries out an order, and what a power cut leaves of one to the next boot. */
export function rootsUnitsOf(facts: UnitFacts): Unit[] {
  return [applyService(facts), recoverService(facts), resumeService(facts)];
}

/** Every unit of a device, as text. Throws UpdateError `config_invalid` where systemd can't do what pawl.yaml says. */
export function unitsOf(facts: UnitFacts): Unit[] {
  return [
    deviceSocket(facts),
    deviceService(facts),
    applyService(facts),
    checkTimer,
    checkService(facts),
    recoverService(facts),
    resumeService(facts),
  ];
}

import { bootId, isAlive, ownIdentity } from "@pawl/device/process-identity";

let made = 0;

/** A name for what outlives a killed worker: `pawl-4711-88123-1`. It says who made it. */
export function ownedName(): string {
  const { pid, start_time } = ownIdentity();
  made += 1;
  return `pawl-${pid}-${start_time}-${made}`;
}

/** Whether the process that gave something this name still runs; null for any other name. Of this boot: groups don't outlive one. */
export function isOwnerAlive(name: string): boolean | null {
  const [, pid, start_time] = /^pawl-(\d+)-(\d+)-\d+$/.exec(name) ?? [];
  if (pid === undefined || start_time === undefined) return null;
  return isAlive({ pid: Number(pid), boot_id: bootId(), start_time });
}

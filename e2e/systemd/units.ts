import type { BootedMachine } from "@pawl/testkit";

/** What systemd says of a unit: its properties by name. */
export async function show(
  machine: BootedMachine,
  unit: string,
  ...properties: string[]
): Promise<Record<string, string>> {
  const only = properties.flatMap((name) => ["-p", name]);
  const text = await machine.succeed(["systemctl", "show", "--timestamp=us+utc", ...only, "--", unit]);
  const lines = text.split("\n").filter((line) => line.includes("="));
  return Object.fromEntries(lines.map((line) => [line.slice(0, line.indexOf("=")), line.slice(line.indexOf("=") + 1)]));
}

/** `active`, `inactive`, `failed`, … */
export async function activity(machine: BootedMachine, unit: string): Promise<string> {
  return (await show(machine, unit, "ActiveState")).ActiveState ?? "";
}

/** The units of a pattern that are loaded, whatever they do. */
export async function loadedUnits(machine: BootedMachine, pattern: string): Promise<string[]> {
  const text = await machine.succeed(["systemctl", "list-units", "--all", "--plain", "--no-legend", pattern]);
  return text.split("\n").flatMap((line) => line.split(" ")[0] || []);
}

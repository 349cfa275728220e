import type { AppConfig, Config } from "@pawl/protocol";

/** The units whose services an update stops and starts, each by its whole name. */
export function appUnits({ apps }: Config): string[] {
  const names = Object.values(apps).flatMap(({ services }) => services.flatMap(unitsOf));
  return [...new Set(names)].sort();
}

function unitsOf(service: AppConfig["services"][number]): string[] {
  const name = "unit" in service ? service.unit : "reload" in service ? service.reload : null;
  if (name === null) return [];
  const whole = /\.(service|socket|timer|path|target|mount|automount|swap|slice|scope|device)$/.test(name);
  return [(whole ? name : `${name}.service`).replaceAll("%", "%%")];
}

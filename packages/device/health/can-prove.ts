import type { AppConfig, ServiceConfig } from "@pawl/protocol";

/** Whether anything can tell that a release of this app works. */
export function canProve({ health, services }: Pick<AppConfig, "health" | "services">): boolean {
  return health.length > 0 || services.some(hasStatus);
}

/** Only a service of two programs, without a third for its status, can't say whether it runs. */
function hasStatus(service: ServiceConfig): boolean {
  return !("command" in service) || service.command.status !== undefined;
}

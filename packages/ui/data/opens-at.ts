import type { AppStatus } from "./live-app.ts";

/** When an update that waits is installed, by the device's own clock: `02:00`; null: nobody has set a window. */
export function opensAt({ auto }: Pick<AppStatus, "auto">): string | null {
  return auto.window?.split("-")[0] ?? null;
}

import type { Client } from "openapi-fetch";
import { apiClient, type ClientOptions } from "./client.ts";
import type { components, paths } from "./device-api.ts";
import type { ReadFailure } from "./failure.ts";

export { answerOf, type ClientOptions } from "./client.ts";
export { ApiFailure } from "./failure.ts";

/** The schemas of the device's API, by their names: `DeviceSchemas["Status"]`. */
export type DeviceSchemas = components["schemas"];

/** What there is once for a device: its apps, the page's session. */
export type DeviceClient = Client<paths>;

/** What there is for each app: `client.GET("/update/status")`. */
export type AppClient = Client<{
  [Path in keyof paths as Path extends `/api/update/${infer Call}` ? `/update/${Call}` : never]: paths[Path];
}>;

export interface AppOptions extends ClientOptions {
  /** Empty: the device's first. */
  app: string;
}

export function deviceClient(options: ClientOptions): DeviceClient {
  return apiClient<paths>(options, readDeviceFailure);
}

/** The calls of one app. */
export function appClient(options: AppOptions): AppClient {
  return apiClient({ ...options, url: appUrl(options) }, readDeviceFailure);
}

/** Below which all calls of an app are, as `/update/status`. */
export function appUrl({ url, app }: Pick<AppOptions, "url" | "app">): string {
  return app === "" ? `${url}/api` : `${url}/api/apps/${encodeURIComponent(app)}`;
}

export const readDeviceFailure: ReadFailure = (body) => {
  const { error, code } = (body ?? {}) as Partial<DeviceSchemas["ErrorAnswer"]>;
  return typeof error === "string" && typeof code === "string" ? { code, message: error } : null;
};

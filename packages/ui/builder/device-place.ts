import { deviceNames } from "../data/device-search.ts";
import { ApiFailure, answerOf, type ServerSchemas } from "../data/server.ts";
import type { ServerAt } from "./server-at.ts";

/** A device of one version. */
export interface DevicePlace {
  distribution: string;
  version: string;
  target: string;
  profile: string;
}

export interface KnownDevice {
  target: ServerSchemas["Target"];
  profile: ServerSchemas["Profile"];
}

/** As the API's paths have it. */
export function targetPath({ distribution, version, target: both }: Omit<DevicePlace, "profile">) {
  const [target = "", subtarget = ""] = both.split("/");
  return { distribution, version, target, subtarget };
}

const TARGET = "/api/v2/distributions/{distribution}/versions/{version}/targets/{target}/{subtarget}";

/** All that is known of a device. @throws ApiFailure unknown_version, unknown_target, unknown_profile */
export async function readDevice({ client }: ServerAt, place: DevicePlace, signal: AbortSignal): Promise<KnownDevice> {
  const path = targetPath(place);
  const [target, profile] = await Promise.all([
    answerOf(client.GET(TARGET, { params: { path }, signal })),
    answerOf(
      client.GET(`${TARGET}/profiles/{profile}`, { params: { path: { ...path, profile: place.profile } }, signal }),
    ),
  ]);
  return { target, profile };
}

/** What a device is called; its profile's name where nobody says more. */
export async function readDeviceName({ client }: ServerAt, place: DevicePlace, signal: AbortSignal): Promise<string> {
  const params = { path: { ...targetPath(place), profile: place.profile } };
  try {
    const [name = place.profile] = deviceNames(
      await answerOf(client.GET(`${TARGET}/profiles/{profile}`, { params, signal })),
    );
    return name;
  } catch (error) {
    // Its version may be gone since.
    if (error instanceof ApiFailure && error.status === 404) return place.profile;
    throw error;
  }
}

import { type DeviceWords, device as en } from "./en/device.ts";
import { inLanguage } from "./language.ts";

/** The words of the device's own page. */
export const deviceWords: DeviceWords = inLanguage({ en });

import { join } from "node:path";
import { ROOT } from "../../scripts/bootstrap.mjs";

/** The one file that devices run; `npm run bench` builds it first. */
export const DEVICE_FILE = join(ROOT, "dist", "pawl-device.mjs");

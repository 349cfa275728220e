import { createHash } from "node:crypto";
import { Sha256 } from "@pawl/protocol";

/** The sha256 of these bytes, in hexadecimal. */
export function sha256Of(bytes: Uint8Array): Sha256 {
  return Sha256.parse(createHash("sha256").update(bytes).digest("hex"));
}

import { fileURLToPath } from "node:url";
import type { Program } from "./launched.ts";
import { BUCKET } from "./settings.ts";

const MAIN = fileURLToPath(new URL("../../packages/testkit/object-store/main.ts", import.meta.url));

/** A server of the S3 protocol, with its objects in a folder. */
export function storeProgram(port: number, folder: string): Program {
  return {
    name: "store",
    command: process.execPath,
    // s3rver makes the tokens of its lists with a cipher that OpenSSL 3 has only on demand.
    args: ["--openssl-legacy-provider", MAIN, "--port", String(port), "--dir", folder, "--bucket", BUCKET],
    isReady: (line) => line.startsWith("http://"),
  };
}

import { webcrypto } from "node:crypto";

/** Makes Node 18 (Debian 12) behave like the later ones where Pawl and its libraries rely on it. */
export function prepareRuntime(): void {
  // Node 18 has Web Crypto, but not under its global name.
  if (!("crypto" in globalThis)) Object.defineProperty(globalThis, "crypto", { value: webcrypto, configurable: true });
  // fetch works there, but every program that uses it says so on stderr.
  const warn = process.emitWarning.bind(process);
  process.emitWarning = ((warning: string | Error, ...rest: never[]) => {
    if (!String(warning).includes("Fetch API is an experimental feature")) warn(warning as string, ...rest);
  }) as typeof process.emitWarning;
}

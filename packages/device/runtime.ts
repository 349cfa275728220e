import { webcrypto } from "node:crypto";

/** Makes Node 18 (Debian 12) behave like the later ones where Pawl and its libraries rely on it. */
export function prepareRuntime(): void {
  // Node 18 has Web Crypto, but not under its global name.
  if (!("crypto" in globalThis)) Object.defineProperty(globalThis, "crypto", { value: webcrypto, configurable: true });
  // fetch and Ed25519 work there, but every program that uses them says so on stderr.
  const warn = process.emitWarning.bind(process);
  process.emitWarning = ((warning: string | Error, ...rest: never[]) => {
    if (!/The (Fetch|Ed25519 Web Crypto) API.* is an experimental feature/.test(String(warning)))
      warn(warning as string, ...rest);
  }) as typeof process.emitWarning;
}

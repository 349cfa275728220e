import { UpdateError } from "../../../error.ts";
import type { Run } from "../../../system/types.ts";
import { syncFileSystem } from "../../bundle/durable.ts";
import { sha256At } from "../../bundle/edited.ts";
import type { Report } from "../../types.ts";
import { noteDirectUrl } from "./direct-url.ts";
import type { Environment } from "./environment.ts";
import type { KeptWheel } from "./plan-change.ts";

/** Installs kept wheels, and notes of each where it came from. On the disk when it returns. */
export async function putWheels(
  wheels: readonly KeptWheel[],
  environment: Environment,
  run: Run,
  report: Report,
  signal: AbortSignal,
): Promise<void> {
  const paths = wheels.map(({ path }) => path);
  await environment.install(paths, (text) => report.line(text), signal);
  const { installed, libs, scripts } = await environment.survey(signal);
  for (const { name, version, directUrl } of wheels) {
    const found = installed.find((one) => one.name === name);
    if (!found) throw new UpdateError("pip_failed", `pip said nothing of it, but ${name} ${version} isn't there now.`);
    await noteDirectUrl(found.path, directUrl);
  }
  for (const folder of new Set([...libs, scripts])) await syncFileSystem(folder, run, signal);
}

/** Reads kept wheels again. Throws UpdateError `hash_mismatch` for one that was changed, or isn't there. */
export async function checkWheels(wheels: readonly KeptWheel[], signal: AbortSignal): Promise<void> {
  for (const { path, sha256, name, version } of wheels) {
    signal.throwIfAborted();
    const found = await sha256At(path, signal);
    if (found === sha256) continue;
    const how = found === null ? "is gone" : "was changed since it was put there";
    const message = `The wheel of ${name} ${version} that is kept on this device ${how}. Install the release with {"force": true} to have it made again.`;
    throw new UpdateError("hash_mismatch", message, { path, version });
  }
}

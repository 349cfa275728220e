import { createHash } from "node:crypto";
import { open, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import type { ServerSchemas } from "@pawl/ui/server";
import { ApiFailure } from "@pawl/ui/server";
import type { Io } from "./io.ts";
import { sizeInWords } from "./sizes.ts";

type Artifact = ServerSchemas["Artifact"];

/** A server that says nothing for so long has gone, in milliseconds. */
const SILENT_MS = 60_000;

/** Every file of a build into a folder that is there; one whose sum is another isn't kept. @throws ApiFailure */
export async function downloadArtifacts(
  io: Pick<Io, "stdout" | "signal">,
  server: string,
  artifacts: readonly Artifact[],
  folder: string,
): Promise<void> {
  for (const artifact of artifacts) {
    // Names are the server's: none leads out of the folder.
    if (!/^[A-Za-z0-9_+-][A-Za-z0-9._+-]*$/.test(artifact.name)) continue;
    await download(server + artifact.url, artifact, join(folder, artifact.name), io.signal);
    io.stdout(`  ${join(folder, artifact.name)}  ${sizeInWords(artifact.size)}\n`);
  }
}

async function download(
  url: string,
  { name, size, sha256 }: Artifact,
  path: string,
  signal: AbortSignal,
): Promise<void> {
  const part = `${path}.part`;
  const silence = new AbortController();
  let timer = setTimeout(() => silence.abort(), SILENT_MS);
  try {
    const response = await fetch(url, { signal: AbortSignal.any([signal, silence.signal]) }).catch((cause: unknown) => {
      throw new ApiFailure("unreachable", "The server can't be reached.", { cause });
    });
    if (!response.ok || !response.body)
      throw wrong(`${name} could not be fetched: the server said ${response.status}.`);
    const hash = createHash("sha256");
    let length = 0;
    await using file = await open(part, "w");
    for await (const bytes of response.body) {
      clearTimeout(timer);
      timer = setTimeout(() => silence.abort(), SILENT_MS);
      length += bytes.length;
      if (length > size) throw wrong(`${name} is longer than the ${size} bytes that the server said.`);
      hash.update(bytes);
      await file.writeFile(bytes);
    }
    if (hash.digest("hex") !== sha256) throw wrong(`${name} isn't what was built: its sum is another.`);
    await file.sync();
    await rename(part, path);
  } catch (error) {
    await rm(part, { force: true });
    throw error;
  } finally {
    clearTimeout(timer);
  }
}

function wrong(sentence: string): ApiFailure {
  return new ApiFailure("bad_download", sentence);
}

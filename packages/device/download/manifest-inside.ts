import { MANIFEST_MAX_BYTES } from "@pawl/protocol";
import { UpdateError } from "../error.ts";
import { type BundleEntry, type BundleReading, readBundle } from "../installers/bundle/archive.ts";
import { MANIFEST_PATH } from "../installers/bundle/tree.ts";
import { UNSTATED_MAX_BYTES } from "./file-trouble.ts";

/**
 * The exact bytes of the `manifest.json` at the top of a bundle. Reads no further than that. Throws UpdateError
 * `bad_manifest` when there is none, or one too long, else as `readBundle`.
 */
export async function manifestInside({ path, name, signal }: Omit<BundleReading, "limits">): Promise<Uint8Array> {
  const enough = new AbortController();
  const limits = { bundleBytes: UNSTATED_MAX_BYTES, tarBytes: UNSTATED_MAX_BYTES };
  const tops = new Set<string>();
  let manifest: Uint8Array | null = null;
  const look = async (entry: BundleEntry) => {
    const entryPath = entry.header.name.replace(/^\.\//, "");
    if (entryPath === MANIFEST_PATH && entry.header.type === "file" && manifest === null) {
      manifest = await contentOf(entry);
      enough.abort(new Error("the manifest is found"));
    }
    // One more than one needs to know whether there is a second.
    if (tops.size < 2 && entryPath !== "" && entryPath !== ".") tops.add(topOf(entryPath));
  };
  try {
    await readBundle({ path, name, limits, signal: AbortSignal.any([signal, enough.signal]) }, look);
  } catch (error) {
    if (!enough.signal.aborted) throw error;
    signal.throwIfAborted();
  }
  if (manifest === null) throw noManifest([...tops]);
  return manifest;
}

async function contentOf({ header, body }: BundleEntry): Promise<Uint8Array> {
  if (header.size > MANIFEST_MAX_BYTES) {
    const message = `The ${MANIFEST_PATH} inside the bundle is larger than the ${MANIFEST_MAX_BYTES} bytes a device reads.`;
    throw new UpdateError("bad_manifest", message);
  }
  const chunks: Uint8Array[] = [];
  for await (const chunk of body as AsyncIterable<Uint8Array>) chunks.push(Uint8Array.from(chunk));
  return Buffer.concat(chunks);
}

/** The first part of a path, with a slash when there is more of it. */
function topOf(path: string): string {
  const slash = path.indexOf("/");
  return slash === -1 ? path : path.slice(0, slash + 1);
}

function noManifest(tops: string[]): UpdateError {
  const [top = ""] = tops;
  if (tops.length === 1 && top.endsWith("/")) {
    const message = `Everything in the bundle lies in a folder of its own (${top}), so its ${MANIFEST_PATH} isn't where Pawl looks for it. Its publisher must pack the files without that folder.`;
    return new UpdateError("bad_manifest", message);
  }
  const message = `There is no ${MANIFEST_PATH} beside the bundle and none inside it. Its publisher must add one.`;
  return new UpdateError("bad_manifest", message);
}

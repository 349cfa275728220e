import { createCipheriv, createHash } from "node:crypto";
import { copyFile, mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** How a release of the appliance behaves. */
export interface Behaviour {
  /** What it says its version is; default: its own. */
  answers?: string;
  /** It works, and ends itself after this long, in milliseconds. */
  diesAfterMs?: number;
  /** Default true. */
  opensPort?: boolean;
  /** How much there is to download, in bytes; default: next to nothing. */
  ballastBytes?: number;
  /** Further files, path → text. */
  files?: Record<string, string>;
}

/** Writes what a version of the appliance consists of into a folder, ready to be packed. */
export async function writeReleaseContent(dir: string, version: string, behaviour: Behaviour = {}): Promise<void> {
  const { answers = version, diesAfterMs = null, opensPort = true, ballastBytes = 0, files = {} } = behaviour;
  await mkdir(join(dir, "public"), { recursive: true });
  await copyFile(fileURLToPath(new URL("./service.mjs", import.meta.url)), join(dir, "service.mjs"));
  await writeFile(join(dir, "behaviour.json"), `${JSON.stringify({ version: answers, diesAfterMs, opensPort })}\n`);
  await writeFile(join(dir, "settings.json"), `${JSON.stringify({ colour: "teal" })}\n`);
  await writeFile(join(dir, "public", "index.html"), page(version));
  if (ballastBytes > 0) await writeFile(join(dir, "public", "pictures.bin"), ballast(ballastBytes, version));
  for (const [path, text] of Object.entries(files)) {
    await mkdir(join(dir, path, ".."), { recursive: true });
    await writeFile(join(dir, path), text);
  }
}

function page(version: string): string {
  return `<!doctype html><html lang="en"><meta charset="utf-8"><title>Kitchen dashboard</title>
<body style="font: 2rem system-ui; display: grid; place-items: center; min-height: 90vh">
<p>Kitchen dashboard <strong>${version}</strong></p></body></html>\n`;
}

/** Bytes that don't compress and are the same each time. */
function ballast(length: number, seed: string): Buffer {
  const key = createHash("sha256").update(seed).digest().subarray(0, 16);
  return createCipheriv("aes-128-ctr", key, Buffer.alloc(16)).update(Buffer.alloc(length));
}

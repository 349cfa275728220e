import { constants } from "node:fs";
import { open, realpath } from "node:fs/promises";
import { extname, join, sep } from "node:path";
import { Representation, type RepresentationCache } from "../../http/representation.ts";

/** Bytes. What is in these folders is pages and package lists, and is kept in memory. */
const LARGEST = 16 * 1024 * 1024;

/**
 * A file below a folder that the configuration names; null where there is none. Neither a path with `..` nor a link leads
 * out of it, what begins with a dot isn't shown, and a folder is its `index.html`.
 */
export async function staticFile(
  folder: string,
  path: string,
  representations: RepresentationCache,
): Promise<Representation | null> {
  const segments = segmentsOf(path);
  if (segments === null) return null;
  try {
    const root = await realpath(folder);
    const file = await realpath(join(root, ...segments));
    if (file !== root && !file.startsWith(root.endsWith(sep) ? root : root + sep)) return null;
    return await read(file, representations);
  } catch (error) {
    if (isAbsent(error)) return null;
    throw error;
  }
}

/** A path's parts, decoded once; null where one is nothing that we show. */
function segmentsOf(path: string): string[] | null {
  let decoded: string[];
  try {
    decoded = path.split("/").map(decodeURIComponent);
  } catch {
    return null;
  }
  const segments = path === "" || path.endsWith("/") ? [...decoded.slice(0, -1), "index.html"] : decoded;
  return segments.every((part) => part !== "" && !part.startsWith(".") && !/[\\/\0]/.test(part)) ? segments : null;
}

async function read(path: string, representations: RepresentationCache): Promise<Representation | null> {
  // Not to wait for whoever writes into a pipe.
  await using file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
  const stat = await file.stat();
  if (!stat.isFile() || stat.size > LARGEST) return null;
  const digest = `${stat.ino} ${stat.size} ${stat.mtimeMs}`;
  const bytes = await file.readFile();
  return representations.get(`file ${path}`, digest, () => new Representation(Buffer.from(bytes), contentType(path)));
}

/** Not there, a name too long, a folder, or not for us to read. */
function isAbsent(error: unknown): boolean {
  const code = (error as NodeJS.ErrnoException).code ?? "";
  return ["ENOENT", "ENOTDIR", "EISDIR", "ENAMETOOLONG", "ELOOP", "EACCES"].includes(code);
}

function contentType(path: string): string {
  return CONTENT_TYPES[extname(path).toLowerCase()] ?? "text/plain; charset=utf-8";
}

const CONTENT_TYPES: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".json": "application/json",
  ".svg": "image/svg+xml",
  ".png": "image/png",
  ".jpg": "image/jpeg",
  ".ico": "image/x-icon",
  ".woff2": "font/woff2",
  ".gz": "application/gzip",
  ".ipk": "application/octet-stream",
  ".apk": "application/octet-stream",
  ".sig": "application/octet-stream",
};

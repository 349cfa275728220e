import { answerStored } from "../../builds/store-routes.ts";
import type { StoredFile } from "../../builds/types.ts";
import type { ServerContext, ServerParts } from "../../http/parts.ts";
import { Representation, send } from "../../http/representation.ts";
import { answer } from "./answers.ts";
import { buildLogName } from "./build-words.ts";
import { type FinishedBuild, isFinished } from "./image-facts.ts";
import type { Image } from "./images.ts";

/** How a folder is shown: to people, or to clients. */
export type Listing = "html" | "json";

type Parts = Pick<ServerParts, "builds" | "images" | "store" | "log">;

/** One entry of a listing, as nginx writes it for programs. */
interface Entry {
  name: string;
  type: "file";
  mtime: string;
  /** Bytes. */
  size: number;
}

/**
 * `/download/<path>/…` and `/json/<path>/…`: an image's files below the path that its request was answered with. Nothing else is
 * listed there: an image with a first-boot script in it is reached by who knows its whole path.
 * @param path what comes behind `/download/` or `/json/`
 */
export async function answerImageFile(c: ServerContext, parts: Parts, path: string, as: Listing): Promise<Response> {
  const at = path.lastIndexOf("/");
  const [folder, name] = at < 0 ? ["", path] : [path.slice(0, at), path.slice(at + 1)];
  const found = await findImage(parts, folder);
  if (found && name === "") return sendListing(c, found, as);
  if (found) return sendFile(c, parts, found, name);
  const whole = name === "" ? null : await findImage(parts, path);
  if (whole === null) return answerNothing();
  // Without a slash at the end, as Chef of 2019 asks. Links in a page need it; not the whole address, for whatever is in front of us.
  if (as === "json") return sendListing(c, whole, as);
  return new Response(null, { status: 301, headers: { location: `${name}/`, "content-length": "0" } });
}

interface Found {
  image: Image;
  build: FinishedBuild;
}

async function findImage({ images, builds }: Parts, path: string): Promise<Found | null> {
  const image = await images.byPath(path);
  const build = image && (await builds.byId(image.build));
  return image && build && isFinished(build) ? { image, build } : null;
}

/** What is there changes with the next build that comes to the same image, but for its log: so it has to be asked about. */
async function sendFile(c: ServerContext, parts: Parts, found: Found, name: string): Promise<Response> {
  const listed = filesOf(found).find((one) => one.name === name);
  const file = listed && (await parts.builds.file(found.build.id, listed.file.name));
  if (!file) return answerNothing();
  // Chef and LuCI are pages of other hosts: where the store is, nobody has said that they may read it.
  const how = { mayRedirect: false, savedAs: name, text: IS_TEXT.test(name) };
  return answerStored(c, parts, { ...file, isImmutable: false }, how);
}

/** What a browser may show without running it. */
const IS_TEXT = /\.(?:txt|manifest|log)$|^sha256sums$/;

/** Each by the name that this dialect has for it. */
function filesOf({ image, build }: Found): { name: string; file: StoredFile }[] {
  return build.result.files
    .map((file) => ({ name: file.name === "build.log" ? buildLogName(image.hash) : file.name, file }))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

function sendListing(c: ServerContext, found: Found, as: Listing): Response {
  const mtime = found.build.finishedAt.toUTCString();
  const entries = filesOf(found).map(({ name, file }): Entry => ({ name, type: "file", mtime, size: file.size }));
  const shown =
    as === "json"
      ? Representation.json(entries)
      : new Representation(Buffer.from(page(found.image.path, entries)), "text/html; charset=utf-8");
  return send(c.req.raw, shown);
}

/** Names and paths have no characters that HTML would take for its own. */
function page(path: string, entries: readonly Entry[]): string {
  const rows = entries.map(
    ({ name, mtime, size }) => `<tr><td><a href="${name}">${name}</a></td><td>${mtime}</td><td>${size}</td></tr>`,
  );
  const title = `Index of /download/${path}/`;
  return [
    `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>${title}</title></head><body>`,
    `<h1>${title}</h1><table>`,
    ...rows,
    "</table></body></html>\n",
  ].join("\n");
}

function answerNothing(): Response {
  return answer({ error: "There is no such file." }, 404);
}

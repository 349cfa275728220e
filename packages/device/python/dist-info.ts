import { lstatSync, type Stats } from "node:fs";
import { join } from "node:path";
import { CHANNEL, COMMIT, NO_CHANNEL, VERSION } from "@pawl/protocol/patterns";
import { versionings } from "@pawl/protocol/versioning";
import { UpdateError } from "../error.ts";
import { jsonOrNull } from "../store/record.ts";
import { readUntrusted } from "../store/untrusted-file.ts";
import { isSameName, type Named, namedBy } from "./names.ts";

/** A description may be long, but not this long, in bytes. */
const MOST_METADATA_BYTES = 4 * 1024 * 1024;
const MOST_DIRECT_URL_BYTES = 64 * 1024;

/** What a distribution says about itself. */
export interface DistInfo {
  name: string;
  version: string;
  /** The Python versions it runs on, such as `>=3.9`; null when it doesn't say. */
  requiresPython: string | null;
}

/** Why a dist-info doesn't count: `empty` has nothing in it that describes a distribution. */
export interface NoDistInfo {
  why: "empty" | "damaged" | "unreadable";
  detail: string;
}

/**
 * What stands in a dist-info or egg-info, read anew. One that was cut short, contradicts its own name or is anything but
 * regular files is no version: then it says why.
 */
export async function readDistInfo(path: string): Promise<DistInfo | NoDistInfo> {
  const named = namedBy(path.slice(path.lastIndexOf("/") + 1));
  if (!named) return { why: "empty", detail: `${path} is neither a dist-info nor an egg-info.` };
  const file = metadataPath(path, named);
  if (file === null)
    return { why: "damaged", detail: `${path} is a link, or something else that Pawl doesn't follow.` };
  const bytes = await readOrWhy(file, MOST_METADATA_BYTES);
  if (bytes === null) return { why: "empty", detail: `There is no ${file}.` };
  if ("why" in bytes) return bytes;
  return describedBy(bytes.toString("utf8"), named, file);
}

/** The commit and the branch that pip has installed a distribution from (PEP 610); null where it doesn't know. */
export async function readDirectUrl(path: string): Promise<{ commit: string | null; channel: string | null }> {
  const nothing = { commit: null, channel: null };
  const bytes = await readOrWhy(join(path, "direct_url.json"), MOST_DIRECT_URL_BYTES);
  if (bytes === null || "why" in bytes) return nothing;
  const url = jsonOrNull(bytes.toString("utf8"));
  const vcs = field(url, "vcs_info");
  if (field(vcs, "vcs") !== "git") return nothing;
  const commit = field(vcs, "commit_id");
  const revision = field(vcs, "requested_revision");
  return {
    commit: typeof commit === "string" && COMMIT.test(commit) ? commit : null,
    channel: typeof revision === "string" ? branchOf(revision) : null,
  };
}

function describedBy(text: string, named: Named, file: string): DistInfo | NoDistInfo {
  const headers = headersOf(text);
  const [name, version] = [headers.get("name"), headers.get("version")];
  const damaged = (detail: string): NoDistInfo => ({ why: "damaged", detail });
  if (!name || !version) return damaged(`${file} doesn't say which distribution it is of, and which version.`);
  if (!VERSION.test(version)) return damaged(`The version in ${file} is none.`);
  if (!isSameName(name, named.name)) return damaged(`${file} describes another distribution than its folder's name.`);
  // A file that was cut short in the middle of its version would be believed otherwise.
  if (named.version !== null && !isSameVersion(version, named.version)) {
    return damaged(`${file} says another version than its folder's name.`);
  }
  return { name, version, requiresPython: headers.get("requires-python") || null };
}

/** Of e-mail's form: names and values up to the first empty line. The first of several counts. */
function headersOf(text: string): Map<string, string> {
  const headers = new Map<string, string>();
  const end = /\r?\n\r?\n/.exec(text)?.index;
  for (const line of text.slice(0, end).split("\n")) {
    const [, name, value] = /^([A-Za-z-]+):[ \t]*(.*?)\s*$/.exec(line) ?? [];
    if (name === undefined || value === undefined) continue;
    const key = name.toLowerCase();
    if (!headers.has(key)) headers.set(key, value);
  }
  return headers;
}

/** Whether a version is the one in a folder's name, which has `_` for `-` and may be normalised. */
function isSameVersion(version: string, inName: string): boolean {
  const plain = (text: string) => text.toLowerCase().replace(/[-_]/g, "_");
  if (plain(version) === plain(inName)) return true;
  return versionings.pep440.compare(version, inName.replaceAll("_", "-")) === 0;
}

/** Debian's old packages have one file for an egg-info, all others a folder. Null for what is neither. */
function metadataPath(path: string, { kind }: Named): string | null {
  const stats = lookedAt(path);
  if (stats === null || stats.isDirectory()) return join(path, kind === "dist-info" ? "METADATA" : "PKG-INFO");
  return kind === "egg-info" && stats.isFile() ? path : null;
}

function lookedAt(path: string): Stats | null {
  try {
    return lstatSync(path);
  } catch {
    return null;
  }
}

/** The file's bytes; null when there is none; why it can't be read when it is no file, too large, or not for whoever asks. */
async function readOrWhy(path: string, maxBytes: number): Promise<Buffer | NoDistInfo | null> {
  try {
    return await readUntrusted(path, maxBytes);
  } catch (error) {
    if (!(error instanceof UpdateError)) throw error;
    if (error.code === "not_writable") return { why: "unreadable", detail: `${path} can't be read.` };
    return { why: "damaged", detail: error.message };
  }
}

/** A commit's id, whole or short, isn't a branch, nor is a ref that is no branch. */
function branchOf(revision: string): string | null {
  const name = revision.replace(/^refs\/heads\//, "");
  const isBranch =
    CHANNEL.test(name) && !NO_CHANNEL.test(name) && !/^refs\//.test(name) && !/^[0-9a-f]{7,64}$/.test(name);
  return isBranch ? name : null;
}

function field(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>)[name] : undefined;
}

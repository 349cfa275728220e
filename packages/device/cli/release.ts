import { Command, Option } from "commander";
import type { BundleFormat } from "../publish/write-bundle.ts";

export interface ReleaseCommandIo {
  stdout(text: string): void;
  stderr(text: string): void;
  /** SOURCE_DATE_EPOCH is read from here; default the process's own. */
  env?: Readonly<Record<string, string | undefined>>;
  signal?: AbortSignal;
}

interface PackFlags {
  version: string;
  name?: string;
  out: string;
  key?: string;
  channel?: string;
  title?: string;
  notes?: string;
  notesFile?: string;
  changelog?: string;
  config?: string[];
  publishedAt?: string;
  minFrom?: string;
  requires?: string[];
  postInstall?: string;
  format: BundleFormat;
  replace?: boolean;
  anyVersion?: boolean;
  json?: boolean;
}

interface VerifyFlags {
  key?: string[];
  json?: boolean;
}

interface IndexFlags {
  name?: string;
  json?: boolean;
}

const FORMATS: readonly BundleFormat[] = ["tar.gz", "tar.zst", "tar"];

/** `pawl release pack`, `verify` and `index`: the publisher's side. Actions throw UpdateError. */
export function releaseCommand(io: ReleaseCommandIo): Command {
  const release = new Command("release").description("make, check and list releases");
  release
    .command("pack")
    .description("make a release of everything in a folder; the same input gives the same bytes")
    .argument("<dir>", "the files, as they are to stand on the device")
    .requiredOption("--version <version>", "such as 1.4.0")
    .option("--name <name>", "begins the bundle's file name (default: the folder's name)")
    .option("--out <dir>", "gets a folder for this version", "releases")
    .option("--key <file>", "the private key to sign with")
    .option("--channel <name>", "stable, prerelease or a name of your own")
    .option("--title <text>", "the release's name for people")
    .option("--notes <text>", "what is new")
    .addOption(new Option("--notes-file <file>", "what is new, from a file").conflicts("notes"))
    .option("--changelog <url>", "where people read what is new")
    .option("--config <path...>", "files that belong to the owner once edited")
    .option("--published-at <time>", "ISO 8601 in UTC (default: SOURCE_DATE_EPOCH when it is set, else none)")
    .option("--min-from <version>", "the oldest version it can be installed over")
    .option("--requires <key=value...>", "what a device must have: pawl, os, arch, node, python, memory_mb")
    .option("--post-install <file>", "what is done once it is in place: a JSON list, see publishing.md")
    .addOption(new Option("--format <format>", "how the bundle is packed").choices(FORMATS).default("tar.gz"))
    .option("--replace", "a release of this version that is there already makes way")
    .option("--any-version", "also a version by which no device can tell what is newer")
    .option("--json", "for programs")
    .action((dir: string, flags: PackFlags) => pack(dir, flags, io));
  release
    .command("verify")
    .description("check a release's folder as a device would")
    .argument("<folder>", "the one with manifest.json")
    .option("--key <key...>", "a public key it must be signed by, ed25519:…; several: any of them")
    .option("--json", "for programs")
    .action((folder: string, flags: VerifyFlags) => verify(folder, flags, io));
  release
    .command("index")
    .description("write index.json for the releases in a folder")
    .argument("<folder>", "the one with a folder for each version")
    .option("--name <name>", "what people know the app as")
    .option("--json", "for programs")
    .action((folder: string, flags: IndexFlags) => index(folder, flags, io));
  return release;
}

async function pack(
  dir: string,
  flags: PackFlags,
  { stdout, stderr, env = process.env, signal }: ReleaseCommandIo,
): Promise<void> {
  const { basename, resolve } = await import("node:path");
  const { packRelease } = await import("../publish/pack.ts");
  const { readRequires } = await import("../publish/requires.ts");
  const { version, out, channel, title, changelog, config, publishedAt, minFrom, format, replace, anyVersion } = flags;
  const packed = await packRelease(
    {
      dir,
      outDir: out,
      name: flags.name ?? basename(resolve(dir)),
      version,
      channel,
      title,
      notes: flags.notesFile === undefined ? flags.notes : await readNotes(flags.notesFile),
      changelog,
      config,
      publishedAt,
      minFrom,
      requires: flags.requires && readRequires(flags.requires),
      postInstall: flags.postInstall === undefined ? undefined : await readSteps(flags.postInstall),
      format,
      replace,
      anyVersion,
      sourceDateEpoch: await readEpoch(env.SOURCE_DATE_EPOCH),
      signal,
    },
    flags.key === undefined ? undefined : await readKey(flags.key, dir),
  );
  const { folder, manifest, manifestSha256, signedBy } = packed;
  const files = manifest.files.length;
  const { bundle } = manifest;
  if (flags.json) {
    return stdout(line({ version, folder, files, bundle, manifest_sha256: manifestSha256, signed_by: signedBy }));
  }
  stdout(`Packed ${manifest.name} ${version} into ${folder}: ${files} files, ${bundle?.size} bytes to download.\n`);
  if (signedBy) stdout(`Signed by ${signedBy}\n`);
  else stderr("It isn't signed (--key): devices that name a public key will refuse it.\n");
  stdout(`Next: pawl release index ${out}\n`);
}

async function verify(
  folder: string,
  { key = [], json }: VerifyFlags,
  { stdout, stderr, signal }: ReleaseCommandIo,
): Promise<void> {
  const { verifyRelease } = await import("../publish/verify.ts");
  const { version, files, bytes, signedBy } = await verifyRelease(folder, await readPublicKeys(key), signal);
  if (json) return stdout(line({ version, files, bytes, signed_by: signedBy }));
  stdout(`Release ${version} is in order: ${files} files, ${bytes} bytes.\n`);
  if (signedBy) stdout(`Signed by ${signedBy}\n`);
  else stderr("No --key was given, so its signature wasn't checked.\n");
}

async function index(folder: string, { name, json }: IndexFlags, { stdout, signal }: ReleaseCommandIo): Promise<void> {
  const { writeIndex } = await import("../publish/release-index.ts");
  const { path, versions } = await writeIndex(folder, { name, signal });
  if (json) return stdout(line({ path, versions }));
  stdout(
    `${path} lists ${versions.length === 1 ? "1 release" : `${versions.length} releases`}${versions[0] ? `, newest ${versions[0]}` : ""}.\n`,
  );
}

function line(answer: object): string {
  return `${JSON.stringify({ success: true, ...answer })}\n`;
}

async function readKey(file: string, dir: string): Promise<string> {
  const { isInside } = await import("../publish/inside.ts");
  const { readKeyFile } = await import("../publish/key-file.ts");
  if (isInside(dir, file)) {
    throw await badRequest(`The private key ${file} lies in ${dir} and would be published with it; move it out first.`);
  }
  return readKeyFile(file);
}

async function readNotes(file: string): Promise<string> {
  const { readCapped } = await import("../publish/read-capped.ts");
  const bytes = await readCapped(file, 400_000);
  if (bytes === null) throw await badRequest(`There is no file ${file} with notes.`);
  return bytes.toString("utf8").trimEnd();
}

async function readSteps(file: string): Promise<unknown> {
  const { readCapped } = await import("../publish/read-capped.ts");
  const bytes = await readCapped(file, 400_000);
  if (bytes === null) throw await badRequest(`There is no file ${file} with what is to be done after the install.`);
  try {
    const steps: unknown = JSON.parse(bytes.toString("utf8"));
    if (Array.isArray(steps)) return steps;
  } catch {
    // Said below.
  }
  throw await badRequest(`${file} must be a JSON list such as [{"daemon_reload": true}, {"restart": "pikit-api"}].`);
}

async function readEpoch(text: string | undefined): Promise<number | undefined> {
  if (text === undefined || text === "") return undefined;
  if (!/^\d{1,11}$/.test(text))
    throw await badRequest(`SOURCE_DATE_EPOCH must be whole seconds since 1970, and is ${text}.`);
  return Number(text);
}

async function readPublicKeys(texts: readonly string[]) {
  const { PublicKey } = await import("@pawl/protocol");
  for (const text of texts) {
    if (!PublicKey.safeParse(text).success)
      throw await badRequest(`${text} isn't a public key; pawl key public prints one.`);
  }
  return [...texts];
}

async function badRequest(message: string): Promise<Error> {
  const { UpdateError } = await import("../error.ts");
  return new UpdateError("bad_request", message);
}

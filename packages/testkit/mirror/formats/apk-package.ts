import { createHash } from "node:crypto";
import type { PackageRecord } from "../world/package.ts";
import { type AdbValue, AdbWriter, adbFile, type DataBlock, NULL } from "./adb-writer.ts";
import type { ContentFile, PackageFile } from "./package-file.ts";

/** A package file for apk 3: an ADB of schema `pckg`, its files' contents behind it. Not signed, as upstream's aren't. */
export function apkPackage(
  record: PackageRecord,
  content: readonly ContentFile[],
  time: number,
  postInstall?: string,
): PackageFile {
  const listed = [...content, fileList(record, content)];
  const installedSize = listed.reduce((sum, file) => sum + file.content.length, 0);
  const writer = new AdbWriter();
  const fields = packageFields(writer, record, installedSize, null);
  const paths = pathsOf(listed);
  const acl = (mode: number) => writer.object([writer.int(mode), writer.text("root"), writer.text("root")]);
  const folders = [...paths].map(([folder, files]) =>
    writer.object([
      writer.text(folder),
      acl(0o755),
      writer.array(
        files.map(({ name, content: bytes, mode = 0o644 }) =>
          writer.object([
            writer.text(name),
            acl(mode),
            writer.int(bytes.length),
            writer.int(time),
            writer.blob(createHash("sha256").update(bytes).digest()),
          ]),
        ),
      ),
    ]),
  );
  // Before it stand those that react to triggers and that run before an installation.
  const scripts = postInstall ? writer.object([NULL, NULL, writer.blob(Buffer.from(postInstall))]) : NULL;
  const payload = writer.finish(writer.object([writer.object(fields), writer.array(folders), scripts]));
  const data: DataBlock[] = [...paths.values()].flatMap((files, path) =>
    files.map(({ content: bytes }, file) => ({ path: path + 1, file: file + 1, content: bytes })),
  );
  const bytes = adbFile({ schema: "pckg", payload, data });
  return {
    record,
    filename: `${record.name}-${record.version}.apk`,
    bytes,
    size: bytes.length,
    sha256: createHash("sha256").update(bytes).digest("hex"),
    installedSize,
    digest: createHash("sha256").update(payload).digest(),
  };
}

/** What an index and a package file say alike: `file` is what only the index knows. */
export function packageFields(
  writer: AdbWriter,
  record: PackageRecord,
  installedSize: number,
  file: { digest: Buffer; size: number } | null,
): AdbValue[] {
  const identity =
    file?.digest ?? createHash("sha256").update(`${record.name} ${record.version}`).digest().subarray(0, 20);
  return [
    writer.text(record.name),
    writer.text(record.version),
    writer.blob(identity),
    writer.text(record.description),
    writer.text(record.architecture === "all" ? "noarch" : record.architecture),
    writer.text("GPL-2.0"),
    writer.text(record.baseName),
    writer.text("Miniature <miniature@example.org>"),
    NULL,
    NULL,
    NULL,
    writer.int(installedSize),
    file ? writer.int(file.size) : NULL,
    NULL,
    writer.array(dependencies(record).map((text) => dependency(writer, text))),
    writer.array(provides(record).map((text) => dependency(writer, text))),
    NULL,
    NULL,
    NULL,
    NULL,
    writer.array(record.abi ? [writer.text(`openwrt:abiversion=${record.abi}`)] : []),
  ];
}

/** opkg's `kernel (= 6.6)` is apk's `kernel=6.6`; a conflict is a dependency on its absence. */
function dependencies({ depends, conflicts }: PackageRecord): string[] {
  return [...depends.map((text) => text.replace(/ \((\S+) (\S+)\)$/, "$1$2")), ...conflicts.map((name) => `!${name}`)];
}

function provides({ baseName, name, version, provides: others }: PackageRecord): string[] {
  return [...(baseName === name ? [] : [`${baseName}=${version}`]), `${baseName}-any`, ...others];
}

const MATCHES: Record<string, number> = { "=": 1, "<": 2, ">": 4, "<=": 3, ">=": 5, "~": 9 };

function dependency(writer: AdbWriter, text: string): AdbValue {
  const [, not = "", name = "", match = "", version = ""] = /^(!?)([^=<>~]+)([=<>~]*)(.*)$/.exec(text) ?? [];
  // 16 is a conflict; of any version it is all of them.
  const bits = not ? 16 | (MATCHES[match] ?? 7) : (MATCHES[match] ?? 0);
  const implied = bits === 0 || bits === MATCHES["="];
  return writer.object([writer.text(name), writer.text(version), implied ? NULL : writer.int(bits)]);
}

/** Installed packages carry the list of their files. */
function fileList({ name }: PackageRecord, content: readonly ContentFile[]): ContentFile {
  const text = content.map(({ path }) => (path.endsWith("/") ? "" : `/${path}\n`)).join("");
  return { path: `lib/apk/packages/${name}.list`, content: Buffer.from(text) };
}

interface NamedFile {
  name: string;
  content: Buffer;
  mode: number | undefined;
}

/** Folder → files, every folder above included, sorted. */
function pathsOf(content: readonly ContentFile[]): Map<string, NamedFile[]> {
  const paths = new Map<string, NamedFile[]>([["", []]]);
  for (const { path } of content) {
    for (let at = path.indexOf("/"); at >= 0; at = path.indexOf("/", at + 1)) paths.set(path.slice(0, at), []);
  }
  for (const { path, content: bytes, mode } of content) {
    const slash = path.lastIndexOf("/");
    const name = path.slice(slash + 1);
    if (name) paths.get(path.slice(0, Math.max(0, slash)))?.push({ name, content: bytes, mode });
  }
  return new Map([...paths].sort(([a], [b]) => (a < b ? -1 : 1)));
}

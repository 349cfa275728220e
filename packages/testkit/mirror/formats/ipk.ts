import { createHash } from "node:crypto";
import { gzipSync } from "node:zlib";
import type { PackageRecord } from "../world/package.ts";
import { asText, controlFields } from "./opkg-index.ts";
import type { ContentFile, PackageFile } from "./package-file.ts";
import { type TarMember, tar } from "./tar.ts";

/** Small windows are enough for small packages, and many times quicker to set up. */
const QUICK = { level: 1, windowBits: 10, memLevel: 1 };
/** From so many bytes on a package is compressed as the real ones are, and so has their size. */
const LARGE = 1_000_000;

/** A package file for opkg: a gzip'd tar of two gzip'd tars. `postInstall` is a script in place of the usual one. */
export function ipk(
  record: PackageRecord,
  content: readonly ContentFile[],
  time: number,
  postInstall = POST_INSTALL,
): PackageFile {
  const installedSize = content.reduce((sum, file) => sum + file.content.length, 0);
  const control = asText([
    ...controlFields({ record }),
    ["Installed-Size", String(installedSize)],
    ["Description", ` ${record.description}`],
  ]);
  const compression = installedSize < LARGE ? QUICK : { level: 9 };
  const bytes = gzipSync(
    tar(
      [
        { name: "./debian-binary", content: Buffer.from("2.0\n") },
        { name: "./data.tar.gz", content: gzipSync(tar(withFolders(content), time), compression) },
        {
          name: "./control.tar.gz",
          content: gzipSync(
            tar(
              [
                { name: "./" },
                { name: "./control", content: Buffer.from(control) },
                { name: "./postinst", content: Buffer.from(postInstall), mode: 0o755 },
              ],
              time,
            ),
            QUICK,
          ),
        },
      ],
      time,
    ),
    QUICK,
  );
  return {
    record,
    filename: `${record.name}_${record.version}_${record.architecture}.ipk`,
    bytes,
    size: bytes.length,
    sha256: createHash("sha256").update(bytes).digest("hex"),
    installedSize,
    digest: Buffer.alloc(0),
  };
}

const POST_INSTALL = `#!/bin/sh
[ "\${IPKG_NO_SCRIPT}" = "1" ] && exit 0
[ -s \${IPKG_INSTROOT}/lib/functions.sh ] || exit 0
. \${IPKG_INSTROOT}/lib/functions.sh
default_postinst $0 $@
`;

function withFolders(content: readonly ContentFile[]): TarMember[] {
  const folders = new Set(["./"]);
  for (const { path } of content) {
    for (let at = path.indexOf("/"); at >= 0; at = path.indexOf("/", at + 1)) folders.add(`./${path.slice(0, at + 1)}`);
  }
  const files = content
    .filter(({ path }) => !path.endsWith("/"))
    .map(({ path, content: bytes, mode }) => ({
      name: `./${path}`,
      content: bytes,
      ...(mode !== undefined && { mode }),
    }));
  return [...[...folders].map((name) => ({ name })), ...files].sort((a, b) => (a.name < b.name ? -1 : 1));
}

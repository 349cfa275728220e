import type { ApkKey } from "../keys.ts";
import { AdbWriter, adbFile, NULL } from "./adb-writer.ts";
import { packageFields } from "./apk-package.ts";
import type { ListedPackage } from "./package-file.ts";

/** `packages.adb`: apk's index of a feed, signed. */
export function apkIndex(packages: readonly ListedPackage[], key: ApkKey): Buffer {
  const writer = new AdbWriter();
  const rows = packages.map(({ record, installedSize, digest, size }) =>
    writer.object(packageFields(writer, record, installedSize, { digest, size })),
  );
  const payload = writer.finish(writer.object([NULL, writer.array(rows)]));
  return adbFile({ schema: "indx", payload, key });
}

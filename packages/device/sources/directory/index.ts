import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { type DirectorySource, INDEX_MAX_BYTES, MANIFEST_MAX_BYTES } from "@pawl/protocol";
import { SIGNATURE_MAX_BYTES } from "@pawl/trust";
import { offersOf, parseIndex } from "../release-index.ts";
import type { ReleaseList } from "../types.ts";
import { LocalFolder } from "./local-folder.ts";
import { scanFolders } from "./scan.ts";

/** A folder on this device, such as a USB stick: `index.json`, else every manifest one level down (contract device-api.md §6). */
export function directorySource({ path }: DirectorySource): ReleaseList {
  const folder = new LocalFolder(path.replace(/(?<=.)\/+$/, ""));
  const indexPath = join(folder.path, "index.json");

  return {
    address: folder.path,

    async offers(signal) {
      await folder.root();
      const index = await folder.readIfThere(pathToFileURL(indexPath).href, INDEX_MAX_BYTES, signal);
      if (index === null) return scanFolders(folder, signal);
      return offersOf(parseIndex(index.toString("utf8"), indexPath), indexPath, (entry) => folder.address(entry));
    },

    async manifest({ manifest_url, signature_url }, signal) {
      const bytes = await folder.read(manifest_url, MANIFEST_MAX_BYTES, signal);
      if (signature_url !== null) {
        return { bytes, signature: await folder.read(signature_url, SIGNATURE_MAX_BYTES, signal) };
      }
      // An index need not name it: beside the manifest (contract device-api.md §6).
      return { bytes, signature: await folder.readIfThere(`${manifest_url}.sig`, SIGNATURE_MAX_BYTES, signal) };
    },

    /** A file needs none; that it is one of this folder is what is asked here. */
    downloadHeaders: async (url) => {
      await folder.locate(url);
      return {};
    },
  };
}

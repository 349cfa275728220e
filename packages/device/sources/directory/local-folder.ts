import { realpath } from "node:fs/promises";
import { join, sep } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { localTrouble } from "../../download/index.ts";
import { UpdateError } from "../../error.ts";
import { isMissing } from "../../store/atomic-file.ts";
import { openUntrusted } from "../../store/untrusted-file.ts";

/** A folder on this device, which may be a stick: of whoever had it last, and gone at any time. Nothing outside of it is read. */
export class LocalFolder {
  readonly path: string;

  constructor(path: string) {
    this.path = path;
  }

  /** Links followed. Throws UpdateError `offline` when it isn't there. */
  async root(): Promise<string> {
    return realpath(this.path).catch((error) => {
      throw localTrouble(error, this.path);
    });
  }

  /** What a path below it is as an address; or what is wrong with it. Reads nothing. */
  address(path: string): { url: string } | { problem: string } {
    if (/^[a-z][a-z0-9+.-]*:/i.test(path)) return { problem: "must be a path, not an address" };
    const parts = path.split("/").filter((part) => part !== "" && part !== ".");
    if (path.startsWith("/") || parts.includes("..")) return { problem: "must stay in the folder" };
    return { url: pathToFileURL(join(this.path, ...parts)).href };
  }

  /** The path behind such an address, links followed. Throws UpdateError `host_error` when it is elsewhere, `offline` when nothing is there. */
  async locate(url: string): Promise<string> {
    if (!url.startsWith("file:///")) throw this.#elsewhere(url);
    const path = fileURLToPath(url);
    const root = await this.root();
    const real = await realpath(path).catch((error) => {
      throw localTrouble(error, path);
    });
    if (!real.startsWith(root.endsWith(sep) ? root : root + sep)) throw this.#elsewhere(path);
    return real;
  }

  /** All of a file. Throws UpdateError `too_large` unread, `state_damaged` for anything but a regular file, else as `locate`. */
  async read(url: string, maxBytes: number, signal: AbortSignal): Promise<Buffer> {
    const path = await this.locate(url);
    try {
      await using file = await openUntrusted(path);
      const { size } = await file.stat();
      if (size > maxBytes) throw new UpdateError("too_large", `${path} is larger than ${maxBytes} bytes.`, { path });
      const bytes = Buffer.alloc(size);
      for (let done = 0; done < size; ) {
        signal.throwIfAborted();
        const { bytesRead } = await file.read(bytes, done, size - done, done);
        if (bytesRead === 0) return bytes.subarray(0, done);
        done += bytesRead;
      }
      return bytes;
    } catch (error) {
      signal.throwIfAborted();
      throw localTrouble(error, path);
    }
  }

  /** The same, or null when there is none. */
  async readIfThere(url: string, maxBytes: number, signal: AbortSignal): Promise<Buffer | null> {
    return this.read(url, maxBytes, signal).catch((error) => {
      if (error instanceof UpdateError && isMissing(error.cause)) return null;
      throw error;
    });
  }

  #elsewhere(path: string): UpdateError {
    const sentence = `${path} isn't in the folder of releases, ${this.path}; nothing outside of it is read.`;
    return new UpdateError("host_error", sentence, { path });
  }
}

import type { Build } from "../../builds/types.ts";
import { failureWords } from "./failure-words.ts";
import type { Image } from "./images.ts";

/** What was asked for: a file to upgrade with, or any image. */
export type RequestKind = "upgrade-request" | "build-request";

/** An answer as the first generation knows it: asu-v0 §2.2. */
export interface BuildWords {
  status: number;
  headers: Readonly<Record<string, string>>;
  body: Readonly<Record<string, unknown>>;
}

interface Told {
  /** What the client asks about it by. */
  requestHash: string;
  /** Nobody has asked for it before: then no position is told. */
  isFirst: boolean;
}

/** A build that goes on, or has failed; null for one that was withdrawn, or has come to its images. Pure. */
export function wordBuild(build: Build, { requestHash, isFirst }: Told): BuildWords | null {
  const body = { request_hash: requestHash };
  switch (build.state) {
    case "queued": {
      const headers: Record<string, string> = { "x-imagebuilder-status": "queue" };
      if (!isFirst) headers["x-build-queue-position"] = String(build.position ?? 0);
      return { status: 202, headers, body };
    }
    case "running":
      return { status: 202, headers: { "x-imagebuilder-status": "building" }, body };
    case "failed": {
      const { status, error } = failureWords(build.failure);
      const log = `/download/faillogs/faillog-${requestHash}.txt`;
      return { status, headers: {}, body: { error, log, ...body } };
    }
    case "done":
    case "withdrawn":
      return null;
    default:
      return build.state satisfies never;
  }
}

/** A build that has come to its images. Pure. */
export function wordImage(
  { hash, path, facts }: Pick<Image, "hash" | "path" | "facts">,
  { kind, requestHash }: { kind: RequestKind; requestHash: string },
): BuildWords {
  const log = `/download/${path}/${buildLogName(hash)}`;
  const { sysupgrade } = facts;
  if (sysupgrade === null && kind === "upgrade-request") {
    const error = "No sysupgrade file produced, may not supported by model.";
    return { status: 501, headers: {}, body: { error, log, request_hash: requestHash } };
  }
  const body = {
    ...(sysupgrade !== null && { sysupgrade }),
    log,
    files: `/json/${path}/`,
    request_hash: requestHash,
    image_hash: hash,
  };
  return { status: 200, headers: {}, body };
}

/** What a build's log is called among its files. */
export function buildLogName(imageHash: string): string {
  return `buildlog-${imageHash}.txt`;
}

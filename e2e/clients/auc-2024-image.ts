import { blobmsgOf, fieldsOf } from "./lib/blobmsg.ts";
import { ClientRefuses, demand } from "./lib/client-refuses.ts";
import type { Answer } from "./lib/http.ts";
import { type Patience, pollFor, Screen, sha256Of, type TakenImage } from "./lib/taking.ts";
import { fileNameOf, Uclient } from "./lib/uclient.ts";

/** What the device runs from. */
export interface AucRootfs {
  /** As `ubus call system board` says it. Default `squashfs`. */
  type?: string;
  /** Whether there is /sys/firmware/efi. Default false. */
  efi?: boolean;
}

const REPLY = {
  request_hash: "string",
  queue_position: "int32",
  images: "array",
  bin_dir: "string",
  detail: "string",
  stdout: "string",
  stderr: "string",
} as const;
const IMAGE = { filesystem: "string", name: "string", type: "string", sha256: "string" } as const;

/** All that is said of an answer it has nothing to do with, the sentence in it included. */
const BAD_MESSAGE = "Bad message (74)";
const SENTENCES: Readonly<Record<number, string>> = {
  409: "Conflicting packages requested",
  412: "target not found. Please report this",
  413: "image too big.",
  501: "ImageBuilder didn't produce sysupgrade file.",
};

/**
 * auc 0.3.2 after its owner has said yes: one post, then by GET while it is told 202; the image of its own kind and file system;
 * its length and its sum. @throws ClientRefuses with what auc prints last
 */
export async function takeImage(
  baseUrl: string,
  request: object,
  { type: filesystem = "squashfs", efi = false }: AucRootfs = {},
  patience: Patience = {},
): Promise<TakenImage> {
  const uclient = new Uclient({ userAgent: "auc (0.3.2-1)" });
  const screen = new Screen();
  const builds = `${baseUrl}/api/v1/build`;
  let hash: string | null = null;
  const { images, bin_dir } = await pollFor(async () => {
    const answer = hash === null ? await uclient.post(builds, request) : await uclient.get(`${builds}/${hash}`);
    const reply = replyOf(answer);
    if (answer.status === 200) return reply;
    // With nowhere to ask it posts anew, and without the two seconds' pause that comes with a hash.
    demand(reply.request_hash !== undefined, "it asks again and again without a pause");
    hash ??= reply.request_hash;
    const { queue_position: position } = reply;
    screen.show(position === undefined ? "." : `position in queue: ${position}`);
    return null;
  }, patience);
  demand(images !== undefined && bin_dir !== undefined, BAD_MESSAGE);
  const image = chooseImage(images, filesystem, efi ? "combined-efi" : "combined");
  const url = `${baseUrl}/store/${bin_dir}/${image.name}`;
  const answer = await uclient.get(url);
  demand(answer.status === 200, `image download failed (${answer.status})`);
  // After a redirect, the file is called what that one ends in.
  demand(
    fileNameOf(answer.url) === fileNameOf(url),
    `image download failed: it lies in /tmp/${fileNameOf(answer.url)}`,
  );
  // Of an answer in chunks it takes the length to be 0.
  demand(Number(answer.headers.get("content-length") ?? 0) === answer.body.length, "file size mismatch");
  demand(sha256Of(answer.body) === image.sha256.slice(0, 64), "sha256 mismatch");
  return { url, sha256: image.sha256, size: answer.body.length, shown: screen.shown };
}

type Reply = ReturnType<typeof fieldsOf<typeof REPLY>>;

/** Of 200, 201 and 202. The body of a 500 is printed; that of any other isn't even read. */
function replyOf(answer: Answer): Reply {
  if (answer.status === 422) {
    const names = answer.headers.get("x-unknown-package") ?? "(null)";
    throw new ClientRefuses(`unknown package '${names}' requested.`);
  }
  const sentence = SENTENCES[answer.status];
  if (sentence !== undefined) throw new ClientRefuses(sentence);
  demand([200, 201, 202, 500].includes(answer.status), BAD_MESSAGE);
  const reply = fieldsOf(REPLY, blobmsgOf(answer));
  if (answer.status !== 500) return reply;
  const printed = [reply.stdout, reply.stderr, reply.detail].filter((text) => text !== undefined && text !== "");
  throw new ClientRefuses(printed.length > 0 ? printed.join("\n") : BAD_MESSAGE);
}

type Image = { name: string; sha256: string };

/** Of its own file system first, then a squashfs; of a kind that can be upgraded with. One that lacks a field isn't there. */
function chooseImage(images: readonly unknown[], own: string, combined: string): Image {
  const read = images.map((image) => fieldsOf(IMAGE, image));
  for (const filesystem of [own, "squashfs"]) {
    for (const type of ["sysupgrade", combined, "sdcard"]) {
      const found = read.find((image) => image.filesystem === filesystem && image.type === type && image.name);
      if (found?.name !== undefined && found.sha256 !== undefined) return { name: found.name, sha256: found.sha256 };
    }
  }
  throw new ClientRefuses("No such file or directory (2): no image to upgrade with");
}

import { createCipheriv } from "node:crypto";
import { mkdir } from "node:fs/promises";
import { parseArgs } from "node:util";
import S3rver from "s3rver";

/**
 * A store of the S3 protocol as a process of its own, on 127.0.0.1, until it is killed:
 * `node --openssl-legacy-provider object-store/main.ts --dir DIR [--port 9000] [--bucket pawl]`. Key and secret are both S3RVER.
 * It prints its address once it answers. `--with-parent`: it ends when its standard input does.
 */
const { values } = parseArgs({
  options: {
    dir: { type: "string" },
    port: { type: "string", default: "0" },
    bucket: { type: "string", default: "pawl" },
    "with-parent": { type: "boolean", default: false },
  },
});
if (values.dir === undefined) throw new Error("--dir is missing: where objects are kept");
requireOldCiphers();
if (values["with-parent"]) process.stdin.on("end", () => process.exit()).resume();

await mkdir(values.dir, { recursive: true });
const server = new S3rver({
  address: "127.0.0.1",
  port: Number(values.port),
  directory: values.dir,
  silent: true,
  vhostBuckets: false,
  configureBuckets: [{ name: values.bucket }],
});
const { port } = await server.run();
console.log(`http://127.0.0.1:${port}`);

/** s3rver makes the tokens of its lists with a cipher that OpenSSL 3 has only on demand: lists would end in 500 after a page. */
function requireOldCiphers(): void {
  try {
    createCipheriv("des", Buffer.alloc(8), Buffer.alloc(8));
  } catch (cause) {
    throw new Error("this has to be run by node --openssl-legacy-provider", { cause });
  }
}

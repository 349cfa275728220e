import { GitServer } from "../../../packages/testkit/git/git-server.ts";

/** The remote of a machine, on its own loopback: `git-host.ts <folder> <port>`. What it has asked of it is nobody's business. */
const [, , dir, port] = process.argv;
await GitServer.start({ dir, port: Number(port) });

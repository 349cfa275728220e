// Preload (`node --import`): the process kills itself after its KILL_AFTER_WRITE-th change to the disk; 0 is never. As
// kill-after-call.mjs, and opening a file for writing counts, too: what is copied is there by then, and empty.

import { constants } from "node:fs";
import fs from "node:fs/promises";
import { syncBuiltinESMExports } from "node:module";

const CHANGES = ["chmod", "chown", "lchown", "mkdir", "open", "rename", "rm", "rmdir", "symlink", "unlink"];
const last = Number(process.env.KILL_AFTER_WRITE);
let calls = 0;

for (const name of CHANGES) {
  const change = fs[name];
  fs[name] = async (...args) => {
    const result = await change(...args);
    if (name === "open" && !isForWriting(args[1])) return result;
    if (++calls === last) process.kill(process.pid, "SIGKILL");
    return result;
  };
}
syncBuiltinESMExports();

function isForWriting(flags = "r") {
  return typeof flags === "string" ? flags !== "r" : (flags & (constants.O_WRONLY | constants.O_RDWR)) !== 0;
}

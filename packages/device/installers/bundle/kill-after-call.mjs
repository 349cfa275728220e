// Preload (`node --import`): the process kills itself after its KILL_AFTER_CALL-th change to the disk; 0 is never.
// Only changes count: to die after having looked is to die before the next change.

import fs from "node:fs/promises";
import { syncBuiltinESMExports } from "node:module";

const CHANGES = ["chmod", "chown", "copyFile", "link", "mkdir", "rename", "rm", "rmdir", "symlink", "unlink", "utimes"];
const last = Number(process.env.KILL_AFTER_CALL);
let calls = 0;

for (const name of CHANGES) {
  const change = fs[name];
  fs[name] = async (...args) => {
    const result = await change(...args);
    if (++calls === last) process.kill(process.pid, "SIGKILL");
    return result;
  };
}
syncBuiltinESMExports();

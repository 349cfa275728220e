// Preload (`node --import`): the process kills itself after its KILL_AFTER_CALL-th change to the disk; 0 is never.
// Only changes count: to die after having looked is to die before the next change.

import fs from "node:fs/promises";
import { syncBuiltinESMExports } from "node:module";

const CHANGES = [
  ...["chmod", "chown", "copyFile", "lchown", "link", "mkdir", "rename"],
  ...["rm", "rmdir", "symlink", "unlink", "utimes"],
];
const CHANGES_BY_HANDLE = ["chmod", "chown", "utimes", "write"];
const last = Number(process.env.KILL_AFTER_CALL);
let calls = 0;

function count(target, name) {
  const change = target[name];
  target[name] = async function (...args) {
    const result = await change.apply(this, args);
    if (++calls === last) process.kill(process.pid, "SIGKILL");
    return result;
  };
}

const handle = await fs.open("/dev/null");
for (const name of CHANGES) count(fs, name);
for (const name of CHANGES_BY_HANDLE) count(Object.getPrototypeOf(handle), name);
await handle.close();
syncBuiltinESMExports();

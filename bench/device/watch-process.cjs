// Loaded into each process of the device by the benchmark: counts what it forces to the disk, notes its peak memory.
const fs = require("node:fs");
const childProcess = require("node:child_process");

let syncs = 0;
const traces = [];
const count = (owner, name) => {
  const original = owner[name];
  owner[name] = function (...args) {
    syncs++;
    if (process.env.BENCH_TRACE) traces.push(new Error(name).stack);
    return original.apply(this, args);
  };
};
for (const name of ["fsync", "fsyncSync", "fdatasync", "fdatasyncSync"]) count(fs, name);
const spawn = childProcess.spawn;
childProcess.spawn = (program, ...rest) => {
  if (program === "sync") syncs++;
  return spawn(program, ...rest);
};
const open = fs.promises.open;
let isPatched = false;
fs.promises.open = async (...args) => {
  const handle = await open(...args);
  if (!isPatched) {
    isPatched = true;
    for (const name of ["sync", "datasync"]) count(Object.getPrototypeOf(handle), name);
  }
  return handle;
};
process.once("exit", () => {
  // Not getrusage(2): what it says begins with the memory of the process that started this one.
  const peak_mb = Number(/VmHWM:\s*(\d+) kB/.exec(fs.readFileSync("/proc/self/status", "utf8"))[1]) / 1024;
  if (process.env.BENCH_TRACE) fs.appendFileSync(process.env.BENCH_TRACE, traces.join("\n"));
  const line = JSON.stringify({ command: process.argv.slice(2).join(" "), syncs, peak_mb });
  fs.appendFileSync(process.env.BENCH_REPORT, `${line}\n`);
});

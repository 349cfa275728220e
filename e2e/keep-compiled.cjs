// Loaded into every Node of a test run, by NODE_OPTIONS. What the device file wakes (docs/decisions/0006) is compiled by
// node:vm, which NODE_COMPILE_CACHE knows nothing of; here that is kept beside this file, whose folder is the run's.
const { readFileSync, renameSync, statSync, writeFileSync } = require("node:fs");
const { join } = require("node:path");
const vm = require("node:vm");

const { compileFunction } = vm;

vm.compileFunction = (code, params, options) => {
  // Nothing else that is compiled so is nearly as long.
  if (code.length < 500_000) return compileFunction(code, params, options);
  const { dev, ino, mtimeMs, size } = statSync(options.filename);
  const path = join(__dirname, [dev, ino, mtimeMs, size, process.version].join("-"));
  const cachedData = readIfThere(path);
  const script = new vm.Script(`(function (${params}) {${code}\n})`, { ...options, cachedData });
  // Functions are compiled when they are first called, and those that an install calls are nearly all that anybody does.
  const isFirst = cachedData === undefined || script.cachedDataRejected;
  if (isFirst && process.argv.includes("install")) process.once("exit", () => write(path, script.createCachedData()));
  return script.runInThisContext();
};

function readIfThere(path) {
  try {
    return readFileSync(path);
  } catch {
    return undefined;
  }
}

/** Whoever may not write here leaves it to others. */
function write(path, data) {
  const own = `${path}.${process.pid}`;
  try {
    writeFileSync(own, data);
    renameSync(own, path);
  } catch {}
}

import { readFile } from "node:fs/promises";
import { Manifest, Update } from "@pawl/protocol";
import { processInstaller } from "../process-installer.ts";

/** Stages one release in a process of its own, which can be killed, and prints every line as it comes. */
const { config, state, update, bundlePath, manifestPath } = JSON.parse(process.argv[2] ?? "");
const manifestBytes = await readFile(manifestPath);
const installer = processInstaller({ config, state, backupDir: `${state}-backups`, pythonCache: `${state}-python` });
const staging = {
  update: Update.parse(update),
  manifest: Manifest.parse(JSON.parse(manifestBytes.toString())),
  manifestBytes,
  bundlePath,
};
const report = { line: (text: string) => console.log(text), advance: () => undefined };
await installer.stage(staging, report, new AbortController().signal);

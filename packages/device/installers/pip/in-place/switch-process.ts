import { processInstaller } from "../process-installer.ts";

/** Carries out a switch in a process of its own, which can be killed while pip works. */
const { move, ...device } = JSON.parse(process.argv[2] ?? "");
await processInstaller(device).switchTo(move, { line: () => undefined, advance: () => undefined });

import { type MadePackage, noise } from "@pawl/testkit";

const one = { version: "1-r1" };

/** Packages with something odd about each, which real feeds have by accident. */
export const ODDITIES: readonly MadePackage[] = [
  { name: "lonely", ...one, depends: ["nowhere"] },
  { name: "picky", ...one, depends: ["vim (>= 99)"] },
  { name: "unfriendly", ...one, conflicts: ["zealous"] },
  { name: "zealous", ...one },
  { name: "clash-a", ...one, files: [{ path: "etc/shared.conf", content: Buffer.from("a") }] },
  { name: "clash-b", ...one, files: [{ path: "etc/shared.conf", content: Buffer.from("b") }] },
  { name: "stumbles", ...one, postInstall: "#!/bin/sh\nexit 3\n" },
  { name: "trickster", ...one, postInstall: "#!/bin/sh\nln -s /etc/passwd /output/passwd.bin\n" },
  { name: "stand-in", ...one, provides: ["a-virtual-name"] },
  { name: "large", ...one, files: [{ path: "usr/share/large", content: noise("large", 2 * 1024 * 1024) }] },
  { name: "huge", ...one, files: [{ path: "usr/share/huge", content: noise("huge", 8 * 1024 * 1024) }] },
];

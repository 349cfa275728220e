import type { MirrorServer } from "@pawl/testkit";

/** A device in a release, as all dialects name it. */
export interface Place {
  version: string;
  /** `releases/24.10.5` */
  path: string;
  /** `ath79/generic` */
  target: string;
  architecture: string;
  profile: string;
  /** What the device calls itself. */
  board: string;
}

const VERSIONS = [
  ...["26.05.0-rc1", "25.12.1", "25.12.0", "24.10.5", "24.10.4", "24.10-SNAPSHOT"],
  ...["23.05.6", "22.03.7", "21.02.7", "SNAPSHOT"],
];

const TARGETS: Readonly<Record<string, Pick<Place, "architecture" | "profile" | "board">>> = {
  "ath79/generic": { architecture: "mips_24kc", profile: "tplink_archer-c7-v2", board: "tplink,archer-c7-v2" },
  "x86/64": { architecture: "x86_64", profile: "generic", board: "generic" },
};

/** Two targets of every release of the miniature mirror that images can be had of. */
export function placesOf(mirror: MirrorServer): Place[] {
  return VERSIONS.flatMap((version) =>
    Object.entries(TARGETS).map(([target, device]) => ({
      version,
      path: mirror.upstream.release(version).path,
      target,
      ...device,
    })),
  );
}

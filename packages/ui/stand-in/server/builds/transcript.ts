import type { ServerSchemas } from "../../../data/server.ts";

type Build = ServerSchemas["Build"];
export type Step = NonNullable<Build["step"]>;

/** What a build says or does next, and how long it takes until then, in milliseconds. */
export interface Beat {
  ms: number;
  step?: Step;
  line?: Pick<ServerSchemas["BuildLogLine"], "stream" | "text">;
}

export interface Told {
  version: string;
  target: string;
  profile: string;
  set: ServerSchemas["PackageSet"];
  /** Where it ends badly, and what is printed then. */
  failure: ServerSchemas["BuildFailure"] | null;
  /** How many lines it writes besides. */
  chatter: number;
}

/** What tools print that think they are in a terminal, or mean harm. */
const CHATTER = [
  "gcc -c -O2 -pipe -fno-caller-saves -fno-plt -fhonour-copts -Wformat -Werror=format-security -fstack-protector main.c",
  "\u001b[33mwarning:\u001b[0m unused variable",
  '<img src=x onerror="globalThis.wasRun = true">',
  `${"a-very-long-line-without-a-space/".repeat(20)}`,
  "",
] as const;
const ARCHIVE_MB = 131.2;

/** A whole build, from the worker's first word to its last. */
export function transcript({ version, target, profile, set, failure, chatter }: Told): Beat[] {
  const archive = `openwrt-imagebuilder-${version}-${target.replace("/", "-")}.Linux-x86_64.tar.zst`;
  const note = (text: string, ms = 300): Beat => ({ ms, line: { stream: "note", text } });
  const out = (text: string, ms = 90): Beat => ({ ms, line: { stream: "stdout", text } });
  const bad = (text: string): Beat => ({ ms: 200, line: { stream: "stderr", text } });
  const fetched = [0, 22.4, 48.9, 80.1, 110.6, ARCHIVE_MB];
  const count = set.items.length;
  const installs = set.items.map(({ name, version: of }, index) =>
    out(`(${index + 1}/${count}) Installing ${name} (${of})`),
  );
  const resolves: Beat[] = [
    { ms: 300, step: "resolve" },
    out(`make manifest PROFILE=${profile}`),
    out("Reading the package lists", 700),
    ...(failure ? selecting(failure).map(bad) : []),
  ];
  if (failure && failure.code !== "too_big") return [...begin(), ...resolves];
  return [
    ...begin(),
    ...resolves,
    { ms: 300, step: "assemble" },
    out(`make image PROFILE=${profile}`),
    ...Array.from({ length: chatter }, (_, index) => out(CHATTER[index % CHATTER.length] ?? "", 1)),
    ...installs,
    out("Finalizing root filesystem...", 900),
    out("mksquashfs: 4.6.1, xz, 256 KiB blocks", 1_800),
    out(`Filesystem size ${(set.total.size / 1024).toFixed(2)} Kbytes`, 900),
    ...(failure
      ? [bad(`WARNING: Image file ${profile}-squashfs-sysupgrade.bin is too big: ${failure.culprits[0]?.detail ?? ""}`)]
      : []),
    ...(failure ? [] : [{ ms: 600, step: "publish" } as const, note("Keeping the files", 900), note("Done", 500)]),
  ];

  function begin(): Beat[] {
    return [
      { ms: 200, step: "start" },
      note(`Building ${version} ${target} ${profile}`),
      { ms: 200, step: "download" },
      ...fetched.map((mb) => note(`Fetching ${archive}: ${mb.toFixed(1)} of ${ARCHIVE_MB} MB`, 900)),
      { ms: 200, step: "unpack" },
      note(`Unpacking ${archive}`, 2_500),
    ];
  }
}

/** What apk says of packages that it can't install. */
function selecting({ code, culprits }: ServerSchemas["BuildFailure"]): string[] {
  if (code !== "missing_package" && code !== "conflicting_packages") return [];
  return [
    "ERROR: unable to select packages:",
    ...culprits.flatMap(({ name, with: [other] }) =>
      code === "missing_package"
        ? [`  ${name} (no such package):`, `    required by: ${other ? `${other}-1.0-r1[${name}]` : `world[${name}]`}`]
        : [`  ${name}-2.90-r3:`, `    conflicts: ${other}-2.90-r3`, `    satisfies: world[${name}]`],
    ),
  ];
}

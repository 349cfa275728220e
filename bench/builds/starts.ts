import { median } from "../median.ts";
import type { BenchServer } from "../server/bench-server.ts";
import { type WatchedBuild, watchedBuild } from "./watched-build.ts";

const DEVICE = { version: "25.12.1", target: "ath79/generic", profile: "glinet_gl-ar150" } as const;
/** A build of its own for each start; the first one's is also the first of the target. */
const PACKAGES = [
  ..."adblock banip bash collectd curl ddns-scripts git htop iperf3 irqbalance lsof".split(" "),
  ..."mwan3 nano nlbwmon nmap openssh-sftp-server rsync screen smartmontools socat tmux".split(" "),
];

export interface Starts {
  /** How many were measured: all but the first build. */
  count: number;
  /** Milliseconds from the request to the word that it runs. */
  begun: { median: number; longest: number };
  /** Milliseconds from its start until it chooses packages: the first build of a target, and the median of the others. */
  prepared: { first: number; later: number };
  /** What the others have told of fetching or unpacking an ImageBuilder. There should be nothing. */
  unpacked: readonly string[];
}

/** Builds of one target one after the other, each asked for while nothing is built. */
export async function benchStarts(server: BenchServer): Promise<Starts> {
  const builds: WatchedBuild[] = [];
  for (const name of PACKAGES) builds.push(await watchedBuild(server, { ...DEVICE, packages: [name] }));
  const [first, ...later] = builds;
  if (!first || !("unpack" in first.steps)) throw new Error("the first build of a target unpacked nothing");
  const begun = later.map(({ running }) => running);
  return {
    count: later.length,
    begun: { median: median(begun), longest: Math.max(...begun) },
    prepared: { first: preparedIn(first), later: median(later.map(preparedIn)) },
    unpacked: later.flatMap(unpackingIn),
  };
}

function preparedIn({ running, steps }: WatchedBuild): number {
  return (steps.resolve ?? Number.NaN) - running;
}

function unpackingIn({ steps, lines }: WatchedBuild): string[] {
  const told = Object.keys(steps).filter((step) => step === "download" || step === "unpack");
  return [...told, ...lines.filter((line) => /^(?:Fetching|Unpacking) .*imagebuilder/i.test(line))];
}

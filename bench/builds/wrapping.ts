import { readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import type { MirrorServer } from "@pawl/testkit";
import { median } from "../median.ts";
import type { BenchServer } from "../server/bench-server.ts";
import { allInTurns } from "../server/in-turns.ts";
import { BareImageBuilder } from "./bare-imagebuilder.ts";
import { likePrograms } from "./like-programs.ts";
import { type Wanted, watchedBuild } from "./watched-build.ts";

const DEVICE = { version: "24.10.5", target: "ath79/generic", profile: "glinet_gl-ar150" } as const;
const BULK = "bench-bulk";
/** Makes the bare commands take their time, as a full-grown image does: most of it goes into compressing. */
const BULK_BYTES = 180_000_000;
/** A small one besides, so that each round's build is another one. The first round is for warming up. */
const BESIDES = ["bash", "nano", "htop", "tmux", "rsync", "screen"];

export interface Wrapping {
  /** Milliseconds from the request to the finished build. */
  ours: number;
  /** And of the bare commands. */
  bare: number;
  /** Each round's ratio. */
  ratios: readonly number[];
}

/** A package that a build takes long for. Before the server has read the feeds. */
export function addBulk(mirror: MirrorServer): void {
  const files = [{ path: "usr/share/bulk", content: likePrograms("bulk", BULK_BYTES) }];
  mirror.addPackages("24.10", "packages", [{ name: BULK, version: "1.0-r1", files }]);
}

/**
 * A whole build through server and worker against the bare commands, with an unpacked ImageBuilder and without a package at hand
 * on either side. Medians.
 */
export async function benchWrapping(server: BenchServer, mirror: MirrorServer): Promise<Wrapping> {
  const wanted = (round: number): Wanted => ({ ...DEVICE, packages: [BULK, BESIDES[round] ?? ""] });
  await using imagebuilder = await BareImageBuilder.open(mirror, wanted(0));
  const { ours, bare } = await allInTurns(
    {
      ours: async (round) => {
        await forgetPackages(server);
        return (await watchedBuild(server, wanted(round))).ended;
      },
      bare: (round) => imagebuilder.build(wanted(round)),
    },
    BESIDES.length - 1,
  );
  const ratios = ours.map((ms, round) => ms / (bare[round] ?? Number.NaN));
  return { ours: median(ours), bare: median(bare), ratios };
}

/** The worker keeps what it has fetched; whoever builds by hand has nothing of it. */
async function forgetPackages({ stateDir }: BenchServer): Promise<void> {
  const dir = join(stateDir, "cache", "packages");
  // Until the first build there is none.
  const names = await readdir(dir).catch(() => []);
  for (const name of names) await rm(join(dir, name), { recursive: true });
}

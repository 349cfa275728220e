import type { Branch, Catalog, Distribution, Releases, ResourceCount, ResourceState } from "../catalog/types.ts";
import { ServerError } from "../error.ts";
import type { CatalogOptions } from "./catalog.ts";
import { harmless, type Io } from "./io.ts";
import { troubleWords } from "./refresh-words.ts";
import { table } from "./table.ts";
import { ago } from "./times.ts";
import { printJson } from "./with-server.ts";

/** So many troubles of a distribution are told one by one: a mirror that is down is trouble for all that is read from it. */
const TOLD = 50;

/** Every branch in a line, and below the table what is wrong since when. */
export async function catalogList(io: Io, catalog: Catalog, options: CatalogOptions): Promise<void> {
  const wanted = options.distribution ? [catalog.distribution(options.distribution)] : catalog.distributions;
  const all = await Promise.all(wanted.map((one) => stateOf(catalog, one, io.signal)));
  if (options.json) return printJson(io, { success: true, distributions: all.map(asJson) });
  const now = new Date();
  for (const state of all) io.stdout(describe(io, state, now));
}

interface DistributionState {
  distribution: Distribution;
  /** Null: upstream's list of versions was never read. */
  releases: Releases | null;
  counts: readonly ResourceCount[];
  /** The first of those in trouble. */
  troubled: readonly ResourceState[];
}

async function stateOf(catalog: Catalog, distribution: Distribution, signal: AbortSignal): Promise<DistributionState> {
  const releases = await catalog.releases(distribution.name, signal).catch((error: unknown) => {
    if (error instanceof ServerError && error.code === "not_loaded") return null;
    throw error;
  });
  const [counts, troubled] = await Promise.all([
    catalog.countResources({ distribution: distribution.name }),
    catalog.resources({ distribution: distribution.name, trouble: true, limit: TOLD }),
  ]);
  return { distribution, releases: releases?.value ?? null, counts, troubled };
}

function asJson({ distribution, releases, counts, troubled }: DistributionState): object {
  return {
    name: distribution.name,
    title: distribution.title,
    upstream_url: distribution.upstreamUrl,
    stable_version: releases?.stable?.name ?? null,
    branches: (releases?.branches ?? []).map((branch) => ({
      name: branch.name,
      enabled: branch.enabled,
      versions: branch.versions.map(({ name }) => name),
    })),
    in_trouble: inTrouble(counts),
    trouble: troubled,
  };
}

function describe(io: Io, { distribution, releases, counts, troubled }: DistributionState, now: Date): string {
  const { title, name, upstreamUrl, continuedBy } = distribution;
  if (continuedBy) return `${io.paint("strong", title)} (${name}): continued by ${continuedBy}\n`;
  const head = `${io.paint("strong", title)} (${name}), ${upstreamUrl}\n`;
  const lines = troubled.map((one) => `  ${io.paint("bad", "✗")} ${troubleWords(one, now)}\n`);
  const more = inTrouble(counts) - troubled.length;
  if (more > 0) lines.push(`  and ${more} more: GET /api/v2/catalog/resources?trouble=true\n`);
  const listed = lines.join("");
  if (!releases) return `${head}  Nothing has been read yet: pawl init\n${listed}`;
  const rows = releases.branches.map((branch) => branchRow(io, branch, counts, now));
  const heads = ["BRANCH", "NEWEST", "VERSIONS", "ASKED UPSTREAM", "STATE"].map((text) => io.paint("quiet", text));
  const stable = releases.stable ? `  stable is ${releases.stable.name}\n` : "";
  return `${head}${table([heads, ...rows], "  ")}${harmless(stable).replace(/ $/, "\n")}${listed}`;
}

function inTrouble(counts: readonly ResourceCount[]): number {
  return counts.reduce((sum, count) => sum + count.inTrouble, 0);
}

function branchRow(io: Io, branch: Branch, counts: readonly ResourceCount[], now: Date): string[] {
  const own = counts.find((count) => count.branch === branch.name);
  const state = stateWords(io, branch, own?.total ?? 0, own?.inTrouble ?? 0);
  return [
    branch.name,
    harmless(branch.versions[0]?.name ?? "none"),
    String(branch.versions.length),
    ago(own?.checkedAt ?? null, now),
    state,
  ];
}

function stateWords(io: Io, { enabled }: Branch, known: number, broken: number): string {
  if (!enabled) return io.paint("quiet", "off");
  if (known === 0) return io.paint("quiet", "nobody has asked yet");
  return broken > 0 ? io.paint("bad", `${broken} of ${known} in trouble`) : io.paint("good", "well");
}

import type { Branch, Catalog, Distribution, Releases, ResourceState } from "../catalog/types.ts";
import { ServerError } from "../error.ts";
import type { CatalogOptions } from "./catalog.ts";
import { harmless, type Io } from "./io.ts";
import { troubleWords } from "./refresh-words.ts";
import { table } from "./table.ts";
import { ago } from "./times.ts";
import { printJson } from "./with-server.ts";

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
  resources: readonly ResourceState[];
}

async function stateOf(catalog: Catalog, distribution: Distribution, signal: AbortSignal): Promise<DistributionState> {
  const releases = await catalog.releases(distribution.name, signal).catch((error: unknown) => {
    if (error instanceof ServerError && error.code === "not_loaded") return null;
    throw error;
  });
  const resources = await catalog.resources({ distribution: distribution.name });
  return { distribution, releases: releases?.value ?? null, resources };
}

function asJson({ distribution, releases, resources }: DistributionState): object {
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
    trouble: resources.filter(({ trouble }) => trouble !== null),
  };
}

function describe(io: Io, { distribution, releases, resources }: DistributionState, now: Date): string {
  const { title, name, upstreamUrl, continuedBy } = distribution;
  if (continuedBy) return `${io.paint("strong", title)} (${name}): continued by ${continuedBy}\n`;
  const head = `${io.paint("strong", title)} (${name}), ${upstreamUrl}\n`;
  const trouble = resources.filter((resource) => resource.trouble !== null);
  const listed = trouble.map((one) => `  ${io.paint("bad", "✗")} ${troubleWords(one, now)}\n`).join("");
  if (!releases) return `${head}  Nothing has been read yet: pawl init\n${listed}`;
  const rows = releases.branches.map((branch) => branchRow(io, branch, resources, now));
  const heads = ["BRANCH", "NEWEST", "VERSIONS", "ASKED UPSTREAM", "STATE"].map((text) => io.paint("quiet", text));
  const stable = releases.stable ? `  stable is ${releases.stable.name}\n` : "";
  return `${head}${table([heads, ...rows], "  ")}${harmless(stable).replace(/ $/, "\n")}${listed}`;
}

function branchRow(io: Io, branch: Branch, resources: readonly ResourceState[], now: Date): string[] {
  const own = resources.filter((resource) => resource.branch === branch.name);
  const newest = own.map(({ checkedAt }) => checkedAt).reduce((a, b) => (a && b ? (a > b ? a : b) : (a ?? b)), null);
  const broken = own.filter(({ trouble }) => trouble !== null).length;
  const state = stateWords(io, branch, own.length, broken);
  return [
    branch.name,
    harmless(branch.versions[0]?.name ?? "none"),
    String(branch.versions.length),
    ago(newest, now),
    state,
  ];
}

function stateWords(io: Io, { enabled }: Branch, known: number, broken: number): string {
  if (!enabled) return io.paint("quiet", "off");
  if (known === 0) return io.paint("quiet", "nobody has asked yet");
  return broken > 0 ? io.paint("bad", `${broken} of ${known} in trouble`) : io.paint("good", "well");
}

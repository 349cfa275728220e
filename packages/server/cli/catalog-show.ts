import type { Catalog, Known, Target, Version } from "../catalog/types.ts";
import type { CatalogOptions } from "./catalog.ts";
import { harmless, type Io } from "./io.ts";
import { table } from "./table.ts";
import { ago } from "./times.ts";
import { printJson } from "./with-server.ts";

/** A version with its targets, or one target with what it is made of. What was never read is read now. */
export async function catalogShow(
  io: Io,
  catalog: Catalog,
  versionName: string,
  targetName: string | undefined,
  { distribution = "openwrt", json = false }: CatalogOptions,
): Promise<void> {
  const version = await catalog.version(distribution, versionName, io.signal);
  if (targetName) return showTarget(io, catalog, version, targetName, json);
  const targets = await catalog.targets(version, io.signal);
  if (json) return printJson(io, { success: true, version, targets: targets.value, ...freshness(targets) });
  io.stdout(`${io.paint("strong", version.name)} (${version.kind}, branch ${version.branch}), ${version.path}\n`);
  io.stdout(
    table(
      [...targets.value].map(([name, architecture]) => [harmless(name), harmless(architecture)]),
      "  ",
    ),
  );
  io.stdout(freshnessWords(io, targets));
}

async function showTarget(io: Io, catalog: Catalog, version: Version, name: string, json: boolean): Promise<void> {
  const target = await catalog.target(version, name, io.signal);
  const packages = await catalog.packages(version, name, io.signal);
  if (json) return printJson(io, { success: true, version, ...summary(target.value, packages), ...freshness(target) });
  const { architecture, versionCode, profiles, defaultPackages } = target.value;
  io.stdout(
    `${io.paint("strong", `${version.name} ${name}`)}, ${harmless(versionCode)}, packages for ${harmless(architecture)}\n`,
  );
  io.stdout(
    `  ${profiles.size} profiles, ${packages.value.length} packages, ${defaultPackages.length} of them by default\n`,
  );
  for (const { name: profile, titles } of profiles.values()) {
    const title = titles.map(
      ({ vendor, model, variant, title }) => title ?? [vendor, model, variant].filter(Boolean).join(" "),
    );
    io.stdout(`    ${harmless(profile)}  ${harmless(title.join(" / "))}\n`);
  }
  io.stdout(freshnessWords(io, target));
}

function summary({ raw: _, profiles, aliases: __, ...target }: Target, packages: Known<readonly unknown[]>): object {
  return { target, profiles: [...profiles.keys()], packages: packages.value.length };
}

function freshness({ checkedAt, changedAt, trust, trouble }: Known<unknown>): object {
  return { checked_at: checkedAt, changed_at: changedAt, trust, trouble };
}

const TRUST = {
  verified: "its signature is right",
  unsigned: "upstream doesn't sign it",
  unchecked: "no key is configured to check it with",
} as const;

function freshnessWords(io: Io, { checkedAt, trust, trouble }: Known<unknown>): string {
  const now = new Date();
  const state = `  Confirmed by upstream ${ago(checkedAt, now)}; ${TRUST[trust]}.\n`;
  if (!trouble) return state;
  return `${state}  ${io.paint("warn", harmless(`Since ${ago(trouble.since, now)}: ${trouble.sentence}`))}\n`;
}

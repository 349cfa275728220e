import { FEED_NAMES } from "../mirror/world/feeds.ts";
import { kmodsFolder, type Release } from "../mirror/world/releases.ts";
import type { TargetFacts } from "../mirror/world/targets.ts";
import { repositoryOf } from "./config.ts";

/** The file that names the feeds, and what stands in it, as its generation has it. */
export function repositoriesFile(release: Release, target: TargetFacts): Record<string, string> {
  const feeds = feedsOf(release, target);
  if (release.generation === "apk") {
    return { repositories: feeds.map(([, url]) => `${url}/packages.adb\n`).join("") };
  }
  const check = release.branch >= "21.02" ? "\noption check_signature\n" : "";
  const sources = feeds.map(([name, url]) => `src/gz openwrt_${name} ${url}\n`).join("");
  const local = "## This is the local package repository, do not remove!\nsrc imagebuilder file:packages\n";
  return { "repositories.conf": `## Remote package repositories\n${sources}\n${local}${check}` };
}

function feedsOf(release: Release, target: TargetFacts): [name: string, url: string][] {
  const root = repositoryOf(release);
  const own = `${root}/targets/${target.name}`;
  const base = FEED_NAMES.map((name): [string, string] => [name, `${root}/packages/${target.architecture}/${name}`]);
  const kmods: [string, string][] = release.kmodsApart
    ? [["kmods", `${own}/kmods/${kmodsFolder(release, target.name)}`]]
    : [];
  return [["core", `${own}/packages`], ...base.slice(0, 1), ...kmods, ...base.slice(1)];
}

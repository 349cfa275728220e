import { html } from "lit";
import type { ServerSchemas } from "../data/server.ts";
import { words } from "../words/console.ts";
import { number } from "../words/format.ts";

/** What was asked for. */
export function requestFacts(build: ServerSchemas["Build"]) {
  const { id, distribution, version, target, profile, packages, filesystem, rootfs_size_mb, has_defaults } = build;
  const { build: said } = words;
  const facts: readonly (readonly [string, unknown])[] = [
    [words.builds.profile, profile],
    [words.builds.target, target],
    [words.builds.version, version],
    [said.distribution, distribution],
    [said.packagesAsked, packages.length === 0 ? said.no : packages.join(" ")],
    [said.filesystem, filesystem ?? said.anyFilesystem],
    [said.rootfs, rootfs_size_mb === null ? said.ownSize : said.rootfsSize(number(rootfs_size_mb))],
    [said.script, has_defaults ? said.scriptYes : said.no],
    [said.id, html`<span class="mono">${id}</span>`],
  ];
  return html`<dl class="facts">
    ${facts.map(([title, value]) => html`<dt>${title}</dt><dd>${value}</dd>`)}
  </dl>`;
}

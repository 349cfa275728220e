import type { AppConfig, Config, PipInstall } from "@pawl/protocol";
import { normalizedName } from "../python/names.ts";
import { isOpen } from "./assess-source.ts";
import { error, type Finding, warning } from "./problem.ts";

/** What this device has, for advice about it. */
export interface DeviceFacts {
  exists(path: string): boolean;
  /** Whether there is a root's side for this configuration; null where it has none. */
  hasHelper: boolean | null;
}

/** Two apps that are one thing to pip. Pure. */
export function findTwins(config: Config): Finding[] {
  const seen = new Map<string, string>();
  return Object.entries(config.apps).flatMap(([app, { install }]) => {
    if (!("pip" in install) || install.pip.mode !== "in-place") return [];
    const { distribution, python } = install.pip;
    const key = `${python} ${normalizedName(distribution)}`;
    const other = seen.get(key);
    seen.set(key, other ?? app);
    if (other === undefined) return [];
    const path = ["apps", app, "install", "pip", "distribution"];
    return [error(path, `${distribution} in ${python} is already the app ${other}`, "keep the two apart: mode: venv")];
  });
}

/** What is allowed of an app that pip installs, but unwise, or without effect. Pure. */
export function advisePython(path: readonly string[], app: AppConfig, device: DeviceFacts): Finding[] {
  if (!("pip" in app.install)) return [];
  const { pip } = app.install;
  const at = (key: string, ...more: (string | number)[]) => [...path, "install", "pip", key, ...more];
  const findings: Finding[] = [];
  if (app.versioning !== "pep440") {
    const words = `the versions of Python projects don't compare as ${app.versioning}`;
    findings.push(warning([...path, "versioning"], words, "take it out, or write pep440"));
  }
  if (pip.mode === "in-place" && device.hasHelper === false) {
    const words = "in-place mode installs into what is root's, and nothing on this device may do that yet";
    findings.push(warning(at("mode"), words, "run sudo pawl setup, or sudo pawl setup helper"));
  }
  for (const key of withoutEffect(pip)) {
    findings.push(warning(at(key), `${key} has no effect in ${pip.mode} mode`, "take it out"));
  }
  if (pip.no_index && (pip.index_url !== undefined || pip.extra_index_urls.length > 0)) {
    const words = "no_index leaves out every index, also those that are named";
    findings.push(warning(at("no_index"), words, "take out either"));
  }
  return [...findings, ...adviseIndexes(pip, at), ...adviseFiles(pip, at, device)];
}

function withoutEffect(pip: PipInstall): string[] {
  if (pip.mode === "venv") return pip.backup_dir === undefined ? [] : ["backup_dir"];
  return [...(pip.home === undefined ? [] : ["home"]), ...(pip.system_site_packages ? ["system_site_packages"] : [])];
}

type At = (key: string, ...more: (string | number)[]) => Finding["path"];

/** With a lock every hash is checked, but whether the release has one isn't known here. */
function adviseIndexes({ index_url, extra_index_urls, find_links }: PipInstall, at: At): Finding[] {
  const places = [
    ...(index_url === undefined ? [] : [{ path: at("index_url"), url: index_url }]),
    ...extra_index_urls.map((url, index) => ({ path: at("extra_index_urls", index), url })),
    ...find_links.map((url, index) => ({ path: at("find_links", index), url })),
  ];
  const open = places.filter(({ url }) => isOpen(url));
  const words = "without https, whoever is in between can put in packages of their own";
  return open.map(({ path }) => warning(path, words, "use an https address"));
}

function adviseFiles({ constraints, find_links }: PipInstall, at: At, { exists }: DeviceFacts): Finding[] {
  const files = [
    ...(constraints === undefined ? [] : [{ path: at("constraints"), place: constraints }]),
    ...find_links.map((place, index) => ({ path: at("find_links", index), place })),
  ];
  const missing = files.filter(({ place }) => place.startsWith("/") && !exists(place));
  return missing.map(({ path, place }) => warning(path, `${place} isn't on this device`, "put it there first"));
}

import { followsBranches, type SourceConfig } from "@pawl/protocol";
import { isLocal } from "../listen-address.ts";
import { transportOf } from "../sources/git/transport.ts";
import { type Finding, warning } from "./problem.ts";

/** Commits carry no signature that could be asked for. */
export const PUSHERS = "whoever may push to that repository";

/** What is allowed of a source, but lets others in, or has no effect. Pure. */
export function adviseSource(path: readonly string[], source: SourceConfig): Finding[] {
  if ("directory" in source) return [];
  const [kind = "", settings] = Object.entries(source)[0] ?? [];
  const { url, key_file, token_file } = settings as { url: string; key_file?: string; token_file?: string };
  const at = (key: string) => [...path, kind, key];
  return [
    ...(followsBranches(source) && transportOf(url) !== "file"
      ? [warning([...path], `${PUSHERS} decides what this device runs`, "protect the branch at its host")]
      : []),
    ...(hasPassword(url) ? [password(at("url"), transportOf(url) === "ssh")] : []),
    ...(followsBranches(source) && isOpen(url)
      ? [
          warning(
            at("url"),
            "without https, whoever is in between can put in commits of their own",
            "use an https or ssh address",
          ),
        ]
      : []),
    ...("git" in source && key_file !== undefined && transportOf(url) !== "ssh"
      ? [warning(at("key_file"), "key_file has no effect, for url isn't one of ssh's", "use token_file")]
      : []),
    ...("git" in source && token_file !== undefined && transportOf(url) !== "http"
      ? [warning(at("token_file"), "token_file has no effect, for url is neither http's nor https'", "take it out")]
      : []),
  ];
}

/** Whether somebody on the way could answer in the host's place. */
export function isOpen(address: string): boolean {
  if (!/^http:/i.test(address) || !URL.canParse(address)) return false;
  const host = new URL(address).hostname.replace(/^\[|\]$/g, "");
  return !isLocal({ kind: "tcp", host, port: 0 });
}

/** `pawl.yaml` is for everybody on the device to read. */
function password(path: Finding["path"], isForSsh: boolean): Finding {
  if (isForSsh) return warning(path, "ssh takes no password from an address", "take it out, and set key_file");
  return warning(
    path,
    "the password in url is for all to read who may read this file",
    "put it into a file of its own, and set token_file to that",
  );
}

function hasPassword(url: string): boolean {
  return URL.canParse(url) && new URL(url).password !== "";
}

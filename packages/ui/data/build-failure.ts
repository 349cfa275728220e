import { type ImageChoices, plainName, withoutPackage, withPackage } from "./image-choices.ts";
import type { ServerSchemas } from "./server.ts";

type Build = ServerSchemas["Build"];
type Failure = ServerSchemas["BuildFailure"];
type Culprit = Failure["culprits"][number];

/** What one could do about a failure, by one press. */
export type Remedy =
  /** A package that was asked for is not asked for any more. */
  | { kind: "remove"; name: string }
  /** What the device has anyway is left out, for what was asked for. */
  | { kind: "leave-out"; name: string }
  /** One that was left out isn't. */
  | { kind: "put-back"; name: string }
  /** Whatever the device has. */
  | { kind: "any-filesystem" }
  | { kind: "own-rootfs-size" }
  /** Look at the list for something that can go. */
  | { kind: "choose-less" }
  | { kind: "other-version" };

/** What is at fault and was said by whoever asked, each once, the likeliest first. Nothing: only trying again is left. */
export function remedies({ code, culprits }: Failure, choices: ImageChoices): Remedy[] {
  const found = culprits.flatMap((culprit) => remediesFor(culprit, code, choices));
  if (code === "too_big" || code === "limit_exceeded") {
    if (choices.rootfsSizeMb !== null) found.push({ kind: "own-rootfs-size" });
    if (choices.packages.some((name) => !name.startsWith("-"))) found.push({ kind: "choose-less" });
  }
  if (code === "wrong_version" || code === "unknown_profile" || code === "imagebuilder_missing") {
    found.push({ kind: "other-version" });
  }
  if (code === "unsupported_filesystem" && choices.filesystem !== null) found.push({ kind: "any-filesystem" });
  const keys = new Set<string>();
  return found.filter((remedy) => {
    const key = "name" in remedy ? `${remedy.kind} ${remedy.name}` : remedy.kind;
    return !keys.has(key) && keys.add(key);
  });
}

function remediesFor({ kind, name, with: others }: Culprit, code: Failure["code"], choices: ImageChoices): Remedy[] {
  if (code === "incomplete_image") return leftOut(choices, name).map((each) => ({ kind: "put-back", name: each }));
  if (kind !== "package" && kind !== "version" && kind !== "conflict") return [];
  // What lacks is in nobody's list; what wants it may be.
  const both = [name, ...others];
  const asked = both.filter((each) => choices.packages.includes(each));
  // Whoever asks for one of two wants that one.
  const inTheWay = kind === "conflict" && asked.length > 0 ? both.filter((each) => !isSaid(choices, each)) : [];
  return [
    ...inTheWay.map((each): Remedy => ({ kind: "leave-out", name: each })),
    ...asked.map((each): Remedy => ({ kind: "remove", name: each })),
  ];
}

const isSaid = ({ packages }: ImageChoices, name: string) => packages.some((each) => plainName(each) === name);

/** An essential is called by one of its names; what was left out may be another: `procd` and `procd-ujail`. */
function leftOut({ packages }: ImageChoices, name: string): string[] {
  const out = packages.filter((each) => each.startsWith("-")).map(plainName);
  const same = out.filter((each) => each === name || each.startsWith(`${name}-`));
  return same.length > 0 ? same : out.slice(0, 1);
}

/** The choices with it; null where somebody has to choose. */
export function remedied(choices: ImageChoices, remedy: Remedy): ImageChoices | null {
  switch (remedy.kind) {
    case "remove":
    case "put-back":
      return { ...choices, packages: withoutPackage(choices.packages, remedy.name) };
    case "leave-out":
      return { ...choices, packages: withPackage(choices.packages, `-${remedy.name}`) };
    case "any-filesystem":
      return { ...choices, filesystem: null };
    case "own-rootfs-size":
      return { ...choices, rootfsSizeMb: null };
    case "choose-less":
    case "other-version":
      return null;
    default:
      return remedy satisfies never;
  }
}

/** So many of the last lines are in a report. */
const REPORTED_LINES = 40;

/** All that somebody needs who is to look into it, as text. */
export function buildReport(build: Build, lines: readonly ServerSchemas["BuildLogLine"][], address: string): string {
  const { id, distribution, version, target, profile, packages, filesystem, rootfs_size_mb, failure } = build;
  const said = [
    `build      ${id}`,
    `address    ${address}`,
    `image      ${distribution} ${version}, ${target}, ${profile}`,
    `packages   ${packages.join(" ") || "(none)"}`,
    ...(filesystem === null ? [] : [`filesystem ${filesystem}`]),
    ...(rootfs_size_mb === null ? [] : [`rootfs     ${rootfs_size_mb} MB`]),
    ...(build.has_defaults ? ["script     yes"] : []),
    `state      ${build.state}${build.step === null ? "" : `, ${build.step}`}`,
    `asked      ${build.enqueued_at}`,
    ...(build.finished_at === null ? [] : [`ended      ${build.finished_at}`]),
    ...(failure === null ? [] : [`failure    ${failure.code}: ${failure.message}`]),
    ...(failure?.culprits ?? []).map(({ kind, name, detail }) => `culprit    ${kind} ${name}: ${detail}`),
  ];
  const last = lines.slice(-REPORTED_LINES).map(({ text }) => `  ${text}`);
  return [...said, ...(last.length > 0 ? ["", ...last] : []), ""].join("\n");
}

/** The line of the log that says what is wrong: the last that names what is at fault, else the last of the builder's errors. */
export function lineAtFault(failure: Failure, lines: readonly ServerSchemas["BuildLogLine"][]): number | null {
  // A device that something doesn't fit is in many lines, and says nothing there.
  const culprits = failure.culprits.filter(({ kind }) => kind !== "size");
  const names = culprits.map(({ name }) => name).filter((name) => name.length > 2);
  const saying = lines.findLast(({ stream, text }) => stream !== "note" && names.some((name) => text.includes(name)));
  const found = saying ?? lines.findLast(({ stream }) => stream === "stderr") ?? lines.at(-1);
  return found?.number ?? null;
}

/** A mirror or a worker: gone at another try, perhaps. All others are permanent. */
export const isPassing = ({ code }: Failure) => code === "mirror_failed" || code === "worker_failed";

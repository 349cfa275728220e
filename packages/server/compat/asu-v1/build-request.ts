import {
  dictionary,
  type Field,
  type FieldError,
  isObject,
  list,
  oneOf,
  orNull,
  pattern,
  text,
  wholeNumber,
  yesOrNo,
} from "./lax-fields.ts";

/** What a client asks to have built, as it was sent. */
export interface BuildRequest {
  distro: string;
  version: string;
  versionCode: string;
  target: string;
  profile: string;
  packages: readonly string[];
  /** Package → the version it has to have; counts instead of `packages` unless empty. */
  packagesVersions: ReadonlyMap<string, string>;
  diffPackages: boolean;
  defaults: string | null;
  rootfsSizeMb: number | null;
  filesystem: Filesystem | null;
  repositories: ReadonlyMap<string, string>;
  repositoriesMode: "append" | "replace";
  repositoryKeys: readonly string[];
  client: string | null;
}

export const FILESYSTEMS = ["squashfs", "ext4", "ubifs", "erofs", "jffs2", "jffs2-nand", "targz", "cpiogz"] as const;
export type Filesystem = (typeof FILESYSTEMS)[number];

export interface BuildLimits {
  /** What `distro` is when it isn't said. */
  distribution: string;
  /** Characters. */
  maxDefaultsLength: number;
  maxRootfsSizeMb: number;
}

export type ReadBuildRequest = { request: BuildRequest } | { errors: readonly FieldError[] };

/** More than anybody looks at: a list of 100,000 wrong names is not answered with as many sentences. */
const MOST_ERRORS = 100;

const NAME = text({ pattern: pattern("^[\\w.,-]*$") });
const TARGET = text({ pattern: pattern("^[\\w]*/[\\w]*$") });
const PACKAGE_VERSION = text({ pattern: pattern("^[\\w+.,~-]*$") });
const REPOSITORY_NAME = text({ pattern: pattern("^[\\w.-]+$") });
const REPOSITORY_URL = text({ pattern: pattern("^https?://\\S+$") });

/**
 * Reads a request body that was parsed as JSON; `undefined` is no body. Fields that aren't known are ignored. Without a
 * target only where `targetOptional`: the clients of 2020 left that to the server, and get an empty one.
 */
export function readBuildRequest(
  body: unknown,
  limits: BuildLimits,
  { targetOptional = false }: { targetOptional?: boolean } = {},
): ReadBuildRequest {
  if (body === undefined || body === null) return { errors: [missing(["body"], null)] };
  if (!isObject(body)) return { errors: [notAnObject(body)] };
  const errors: FieldError[] = [];
  const report = (error: FieldError) => {
    if (errors.length < MOST_ERRORS) errors.push(error);
  };
  const required = <T>(name: string, field: Field<T>, standIn: T): T => {
    if (Object.hasOwn(body, name)) return field(body[name], ["body", name], report);
    report(missing(["body", name], body));
    return standIn;
  };
  const optional = <T>(name: string, field: Field<T>, fallback: T): T =>
    Object.hasOwn(body, name) ? field(body[name], ["body", name], report) : fallback;

  const request: BuildRequest = {
    distro: optional("distro", NAME, limits.distribution),
    version: required("version", NAME, ""),
    versionCode: optional("version_code", NAME, ""),
    target: targetOptional ? optional("target", TARGET, "") : required("target", TARGET, ""),
    profile: required("profile", NAME, ""),
    packages: optional("packages", list(NAME), []),
    packagesVersions: optional("packages_versions", dictionary(NAME, PACKAGE_VERSION), new Map<string, string>()),
    diffPackages: optional("diff_packages", yesOrNo, false),
    defaults: optional("defaults", orNull(text({ maxLength: limits.maxDefaultsLength })), null),
    rootfsSizeMb: optional("rootfs_size_mb", orNull(wholeNumber({ ge: 1, le: limits.maxRootfsSizeMb })), null),
    filesystem: optional("filesystem", orNull(oneOf(FILESYSTEMS)), null),
    repositories: optional("repositories", dictionary(REPOSITORY_NAME, REPOSITORY_URL), new Map<string, string>()),
    repositoriesMode: optional("repositories_mode", oneOf(["append", "replace"]), "replace"),
    repositoryKeys: optional("repository_keys", list(text()), []),
    client: optional("client", orNull(text()), null),
  };
  return errors.length > 0 ? { errors } : { request };
}

function missing(loc: FieldError["loc"], input: unknown): FieldError {
  return { type: "missing", loc, msg: "Field required", input };
}

function notAnObject(input: unknown): FieldError {
  const msg = "Input should be a valid dictionary or object to extract fields from";
  return { type: "model_attributes_type", loc: ["body"], msg, input };
}

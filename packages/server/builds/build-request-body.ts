import { z } from "@hono/zod-openapi";
import type { BuildQuestion } from "./resolve-question.ts";

const Name = z.string().regex(/^[A-Za-z0-9._+-]{1,128}$/, "a name of letters, digits and ._+-");
/** `+` and `-` in front say that one is wanted besides, or not wanted. */
export const PackageName = z
  .string()
  .regex(/^[+-]?[A-Za-z0-9][A-Za-z0-9._+-]{0,127}$/, "a package's name, with - in front to leave it out");

export const FILESYSTEMS = ["squashfs", "ext4", "ubifs", "erofs", "jffs2", "jffs2-nand", "targz", "cpiogz"] as const;

/** What is to be in an image: contract server.md §2. */
export const BuildRequestBody = z
  .strictObject({
    distribution: Name.default("openwrt"),
    version: Name.openapi({ description: "`24.10.5`, `SNAPSHOT`." }),
    version_code: Name.nullable()
      .default(null)
      .openapi({ description: "`r28427-6df0e3d02a`; another one is a failure then." }),
    target: z
      .string()
      .regex(/^[A-Za-z0-9_-]{1,64}\/[A-Za-z0-9_-]{1,64}$/, "a target such as ath79/generic")
      .openapi({ description: "`ath79/generic`" }),
    profile: z
      .string()
      .regex(/^[A-Za-z0-9._,+-]{1,128}$/, "a device's profile or board name")
      .openapi({ description: "A profile, or a name that its device goes by." }),
    packages: z.array(PackageName).max(2_000).default([]).openapi({ description: "`-name` leaves one out." }),
    packages_versions: z
      .record(PackageName, z.string().regex(/^[A-Za-z0-9._+~:-]{1,128}$/, "a version"))
      .default({})
      .openapi({ description: "Versions that packages have to have." }),
    only: z
      .boolean()
      .default(false)
      .openapi({ description: "`packages` is all there should be, instead of what comes besides the defaults." }),
    filesystem: z.enum(FILESYSTEMS).nullable().default(null).openapi({ description: "Null: all that the device has." }),
    rootfs_size_mb: z.int().min(1).nullable().default(null),
    defaults: z
      .string()
      .refine((text) => !text.includes("\0"), "text without NUL")
      .nullable()
      .default(null)
      .openapi({ description: "A script that the device runs when it starts the first time." }),
    repositories: z
      .record(
        z.string().regex(/^[A-Za-z0-9._-]{1,64}$/, "a name of letters, digits and ._-"),
        z.string().regex(/^https?:\/\/[\x21-\x7e]{1,500}$/, "an http or https address"),
      )
      .default({})
      .openapi({ description: "Feeds, name → address; those that this server allows." }),
    repositories_mode: z
      .enum(["append", "replace"])
      .default("append")
      .openapi({ description: "Besides upstream's feeds, or instead of them." }),
    repository_keys: z.array(z.string().max(4_096)).max(32).default([]),
    client: z
      .string()
      .regex(/^[\x21-\x7e]{1,80}$/, "a name such as my-tool/1.0")
      .default("api/2")
      .openapi({ description: "Who asks, for statistics." }),
  })
  .openapi("BuildRequest");

export function questionOf(body: z.output<typeof BuildRequestBody>): BuildQuestion {
  return {
    distribution: body.distribution,
    version: body.version,
    versionCode: body.version_code,
    target: body.target,
    profile: body.profile,
    packages:
      Object.keys(body.packages_versions).length > 0 && body.packages.length === 0
        ? Object.keys(body.packages_versions)
        : body.packages,
    packagesVersions: body.packages_versions,
    diffPackages: body.only,
    filesystem: body.filesystem,
    defaults: body.defaults,
    rootfsSizeMb: body.rootfs_size_mb,
    repositories: body.repositories,
    repositoriesMode: body.repositories_mode,
    repositoryKeys: body.repository_keys,
  };
}

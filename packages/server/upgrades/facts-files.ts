import * as z from "zod";

/** What may go into a request to an ImageBuilder, and so into a list of facts. */
const PackageName = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9.+_-]*$/, "must be a package's name");
const PackagePattern = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9.+_-]*(\*[A-Za-z0-9.+_-]*)?$/, "must be a package's name, with one * at most");
const VersionName = z.string().regex(/^\d+(\.\d+)+(-[a-z0-9]+)?$/, 'must be a version in quotes, such as "24.10.0"');
const TargetName = z.string().regex(/^[A-Za-z0-9_.-]+\/[A-Za-z0-9_.-]+$/, "must be a target, such as ath79/generic");
const TargetPattern = z
  .string()
  .regex(/^[A-Za-z0-9_.-]+\/([A-Za-z0-9_.-]+|\*)$/, "must be a target, or all of one, such as ath79/*");
const BoardName = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9.,+_-]*$/, "must be a board's or a profile's name");
const Reason = z.string().min(1);

/** asu-v0 §2.3: `true` is the default, a list chooses if one of it is installed, `false` is possible. */
const Choices = z.record(PackageName, z.union([z.boolean(), z.array(PackageName).min(1)]));

/** asu-v0 §2.3: falsy drops, a name renames, several split. */
const Transformation = z.union([z.literal(false), z.literal(""), z.null(), PackageName, Choices]);

/** `version-changes.yaml` */
export const VersionChanges = z.strictObject({
  versions: z
    .record(
      VersionName,
      z.strictObject({
        transformations: z.record(PackageName, Transformation).default({}),
        additions: z
          .array(
            z.strictObject({ name: PackageName, mandatory: z.boolean().default(false), reason: Reason.optional() }),
          )
          .default([]),
        board_renames: z.record(BoardName, BoardName).default({}),
        target_renames: z.record(TargetName, TargetName).default({}),
      }),
    )
    .default({}),
});
export type VersionChanges = z.infer<typeof VersionChanges>;

/** `package-changes.yaml` */
export const PackageChanges = z.strictObject({
  ignored: z.array(PackageName).default([]),
  alternatives: z.array(z.array(PackagePattern).min(2)).default([]),
  changes: z
    .array(
      z.strictObject({
        source: PackageName,
        target: PackageName.optional(),
        revision: z.int().positive(),
        mandatory: z.boolean().default(false),
        reason: Reason.optional(),
      }),
    )
    .default([]),
});
export type PackageChanges = z.infer<typeof PackageChanges>;

/** `default-packages.yaml` */
export const DefaultPackages = z.strictObject({
  releases: z
    .array(
      z.strictObject({
        branch: z.string().regex(/^\d+(\.\d+)*$/, 'must be a branch in quotes, such as "19.07"'),
        target: TargetPattern.optional(),
        packages: z.array(PackageName).min(1),
      }),
    )
    .default([]),
  successors: z.record(PackageName, z.array(PackageName).min(1)).default({}),
});
export type DefaultPackages = z.infer<typeof DefaultPackages>;

const BuildChange = z
  .strictObject({
    branches: z.string().regex(/^(\*|(>=)?([A-Za-z0-9][A-Za-z0-9._-]*))$/, 'must be "24.10", ">=24.10" or "*"'),
    target: TargetName.optional(),
    profiles: z.array(BoardName).min(1).optional(),
    add: z.array(PackageName).min(1).optional(),
    remove: z.array(PackagePattern).min(1).optional(),
    rename: z.strictObject({ from: PackagePattern, to: PackagePattern }).optional(),
    reason: Reason.optional(),
  })
  .refine((row) => row.add || row.remove || row.rename, "must add, remove or rename something")
  .refine(
    ({ rename }) => !rename || rename.from.includes("*") === rename.to.includes("*"),
    "must have a * in both names of a rename, or in none",
  );

/** `build-changes.yaml` */
export const BuildChanges = z.strictObject({ builds: z.array(BuildChange).default([]) });
export type BuildChanges = z.infer<typeof BuildChanges>;

import { z } from "@hono/zod-openapi";
import { VersionAnswer, versionAnswer } from "../catalog/answers.ts";
import { operation, shared } from "../http/operation.ts";
import { orNull } from "../http/or-null.ts";
import { InstalledPackages } from "./installed-packages.ts";
import type { Change, UpgradeAnswer, UpgradeQuestion } from "./types.ts";

/** Whatever distributions call things, though nothing that could forge a line of a log. */
const Text = z.string().regex(/^[^\p{Cc}]{1,200}$/u, "between 1 and 200 characters, none of them a control character");

const UpgradeCheck = z
  .strictObject({
    distribution: Text.openapi({ example: "openwrt" }),
    version: Text.openapi({ description: "The installed release.", example: "23.05.5" }),
    target: z
      .string()
      .regex(/^[\w-]{1,64}\/[\w-]{1,64}$/, "a target is such as ath79/generic")
      .nullish()
      .openapi({ description: "As the installed release calls it.", example: "ath79/generic" }),
    profile: Text.nullish().openapi({ description: "The profile or the board name." }),
    revision: Text.nullish().openapi({ description: "Decides between two snapshots.", example: "r24106-10cc5fcd00" }),
    installed: InstalledPackages.openapi({
      description: "Installed packages and their versions.",
      example: { luci: "git-23.339.51123" },
    }),
    upgrade_packages: z.boolean().default(true).openapi({
      description: "Whether newer packages are told of although the release stays.",
    }),
    wanted: Text.optional().openapi({ description: "The version to go to; by default the newest stable one." }),
  })
  .openapi("UpgradeCheck");

const ChangeAnswer = z
  .object({
    kind: z.enum(["rename", "merge", "split", "drop", "add", "upgrade", "downgrade", "missing"]),
    from: z.array(z.string()),
    to: z.array(z.string()),
    installed_version: z.string().nullable(),
    offered_version: z.string().nullable(),
    choices: z.array(z.string()).openapi({ description: "What could have been chosen instead." }),
    mandatory: z.boolean().openapi({ description: "One may not go on without it." }),
    since: z.string().nullable(),
    reason: z.string(),
  })
  .openapi("Change", { description: "Why a package of the new set is not the same as one of the old." });

const Upgrade = z
  .object({
    offered: orNull(VersionAnswer).openapi({ description: "The installed release itself when nothing is newer." }),
    target: z.string().nullable().openapi({ description: "In the offered release, where it was renamed." }),
    new_release: z.boolean(),
    revision: z.string().nullable(),
    packages: z.array(z.string()).nullable().openapi({ description: "The package set for the offered release." }),
    upgrades: z.array(z.object({ package: z.string(), installed: z.string(), offered: z.string() })),
    changes: z.array(ChangeAnswer),
    notice: z.string().nullable().openapi({ description: "Why nothing is offered, in a sentence." }),
  })
  .openapi("Upgrade");

/** What is newer for a device, and what becomes of its packages. */
export const upgradeOperations = [
  operation({
    method: "post",
    path: "/api/v2/upgrade-checks",
    id: "checkUpgrade",
    tag: "upgrades",
    summary: "What is newer for a device, and which packages it would have then, each change with its reason",
    body: UpgradeCheck,
    answer: Upgrade,
    errors: [
      "unknown_distribution",
      "unknown_version",
      "unknown_target",
      "unknown_profile",
      "unknown_package",
      "not_loaded",
      "upstream_refused",
    ],
    async handle({ body }, { upgrades, stats }) {
      const answer = await upgrades.check(questionOf(body));
      stats.count("upgrade-check", `${body.distribution}:${body.version}`);
      return shared(answer, () => answerOf(answer));
    },
  }),
];

function questionOf(body: z.output<typeof UpgradeCheck>): UpgradeQuestion {
  const { distribution, version, target = null, profile = null, revision = null, installed, wanted } = body;
  return {
    distribution,
    version,
    target,
    profile,
    revision,
    installed: installed ?? null,
    upgradePackages: body.upgrade_packages,
    // A client of ours can show a reason; those of old are told 422 (asu-v0 §2.2).
    unknownPackages: "missing",
    wanted,
  };
}

function answerOf(answer: UpgradeAnswer): z.input<typeof Upgrade> {
  const { offered, target, newRelease, revision, packages, upgrades, changes, notice } = answer;
  return {
    offered: offered && versionAnswer(offered),
    target,
    new_release: newRelease,
    revision,
    packages: packages && [...packages],
    upgrades: [...upgrades].map(([name, [offered, installed]]) => ({ package: name, installed, offered })),
    changes: changes.map(changeAnswer),
    notice,
  };
}

function changeAnswer(change: Change): z.input<typeof ChangeAnswer> {
  const { kind, from, to, installedVersion, offeredVersion, choices = [], mandatory, since, reason } = change;
  return {
    kind,
    from: [...from],
    to: [...to],
    installed_version: installedVersion ?? null,
    offered_version: offeredVersion ?? null,
    choices: [...choices],
    mandatory,
    since,
    reason,
  };
}

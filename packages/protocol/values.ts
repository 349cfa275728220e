import * as z from "zod";
import { CHANNEL, COMMIT, NO_CHANNEL, TIME_OF_DAY, VERSION, WINDOW } from "./patterns.ts";
import { pathTrouble } from "./tree-path.ts";

/** A sha256 as 64 lowercase hexadecimal digits. */
export const Sha256 = z
  .string()
  .regex(/^[0-9a-f]{64}$/, "must be a sha256: 64 lowercase hexadecimal digits")
  .brand<"Sha256">();
export type Sha256 = z.infer<typeof Sha256>;

/** A git commit's whole id, which fixes every byte of it and of its history. */
export const Commit = z.string().regex(COMMIT, "must be a commit's whole id: 40 or 64 lowercase hexadecimal digits");
export type Commit = z.infer<typeof Commit>;

/** A release's version as its publisher writes it. Safe as a folder name and as an argument: no slash, no space, no leading dash or dot. */
export const Version = z.string().regex(VERSION, "must be a version such as 1.4.0 (letters, digits and . + ~ _ -)");
export type Version = z.infer<typeof Version>;

/** A channel's name: `stable`, `prerelease`, a name in a release index, a branch. */
export const Channel = z
  .string()
  .regex(CHANNEL, "must be a channel's name (letters, digits and . _ / -)")
  .refine((name) => !NO_CHANNEL.test(name), "must not contain .. or // or end in / or .lock");
export type Channel = z.infer<typeof Channel>;

/** A file's path inside a release: relative, with forward slashes, never leaving the tree. */
export const TreePath = z.string().superRefine((path, context) => {
  const trouble = pathTrouble(path);
  if (trouble) context.addIssue({ code: "custom", message: `the path ${trouble}` });
});
export type TreePath = z.infer<typeof TreePath>;

const UNIT_MS = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

/** A length of time such as `500ms`, `10s`, `45m`, `2h`; parsed to milliseconds. */
export const Duration = z
  .string()
  .regex(/^\d{1,6}(ms|s|m|h|d)$/, "must be a length of time such as 10s, 45m or 2h")
  .transform((text) => {
    const unit = /[a-z]+$/.exec(text)?.[0] as keyof typeof UNIT_MS;
    return Number.parseInt(text, 10) * UNIT_MS[unit];
  });

/** A time of day, `HH:MM`, in the device's own time zone. */
export const TimeOfDay = z.string().regex(TIME_OF_DAY, "must be a time of day such as 04:20");

/** When unattended installs may begin, `HH:MM-HH:MM`, in the device's own time zone; may span midnight. */
export const Window = z.string().regex(WINDOW, "must be two times of day such as 02:00-05:00");

/** A moment as ISO 8601 in UTC. */
export const Instant = z.iso.datetime();
export type Instant = z.infer<typeof Instant>;

/** An ed25519 public key: `ed25519:` and the base64 of its 32 raw bytes. */
export const PublicKey = z
  .string()
  .regex(
    /^ed25519:[A-Za-z0-9+/]{43}=$/,
    "must be ed25519: followed by the base64 of 32 bytes (pawl key generate prints it)",
  );
export type PublicKey = z.infer<typeof PublicKey>;

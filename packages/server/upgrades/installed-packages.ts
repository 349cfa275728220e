import { z } from "@hono/zod-openapi";

/** Whatever distributions name packages. */
const NAME = /^[\w.+~-]{1,128}$/;
const LONGEST_VERSION = 200;

const Listed = z.record(
  z.string().regex(NAME, "a package's name has letters, digits and . + ~ - _"),
  z.string().max(LONGEST_VERSION),
);

/** `{"luci": "git-23.339.51123"}` as package → version; it may be left out. */
export const InstalledPackages = z
  .unknown()
  .transform((sent, context): ReadonlyMap<string, string> => {
    const packages = packagesOf(sent);
    if (packages) return packages;
    const { error } = Listed.safeParse(sent);
    for (const issue of error?.issues ?? []) context.addIssue({ ...issue });
    return z.NEVER;
  })
  .nullish()
  .openapi({ type: ["object", "null"], additionalProperties: { type: "string", maxLength: LONGEST_VERSION } });

/** Null: something is wrong. Zod says what; to have it look at each package takes longer than all the rest of a check. */
function packagesOf(sent: unknown): Map<string, string> | null {
  if (typeof sent !== "object" || sent === null || Array.isArray(sent)) return null;
  const packages = new Map<string, string>();
  for (const [name, version] of Object.entries(sent)) {
    if (typeof version !== "string" || version.length > LONGEST_VERSION || !NAME.test(name)) return null;
    packages.set(name, version);
  }
  return packages;
}

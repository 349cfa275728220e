import * as z from "zod";

/** A file of a release, as GitHub, Gitea and Forgejo list it. Gitea promises none of these, so only what is needed is asked for. */
export const Asset = z.object({
  name: z.string(),
  browser_download_url: z.string(),
  /** In bytes. */
  size: z.number().int().min(0).nullish(),
  /** GitHub: the number of this very upload, its address in the API, whether it is whole, and its hash. */
  id: z.number().nullish(),
  url: z.string().nullish(),
  state: z.string().nullish(),
  digest: z.string().nullish(),
  /** Gitea: the name of this very upload. */
  uuid: z.string().nullish(),
  /** Forgejo: `external` is only a link to elsewhere, whose size nobody knows. */
  type: z.string().nullish(),
});
export type Asset = z.infer<typeof Asset>;

/** A release as its forge lists it. */
export const ForgeRelease = z.object({
  tag_name: z.string(),
  name: z.string().nullish(),
  body: z.string().nullish(),
  html_url: z.string().nullish(),
  draft: z.boolean().nullish(),
  prerelease: z.boolean().nullish(),
  published_at: z.string().nullish(),
  assets: z.array(z.unknown()).nullish(),
});
export type ForgeRelease = z.infer<typeof ForgeRelease>;

/** Those of a list that can be read as releases: one that can't must not hide the others. Null when it isn't a list at all. */
export function releasesIn(json: unknown): ForgeRelease[] | null {
  if (!Array.isArray(json)) return null;
  return json.flatMap((item) => {
    const parsed = ForgeRelease.safeParse(item);
    return parsed.success ? [parsed.data] : [];
  });
}

/** The whole assets of a release: GitHub lists an upload that was broken off, too. */
export function assetsOf({ assets }: ForgeRelease): Asset[] {
  return (assets ?? []).flatMap((item) => {
    const parsed = Asset.safeParse(item);
    return parsed.success && (parsed.data.state ?? "uploaded") === "uploaded" ? [parsed.data] : [];
  });
}

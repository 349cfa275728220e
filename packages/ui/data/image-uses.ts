import type { ServerSchemas } from "./server.ts";

export type Artifact = ServerSchemas["Artifact"];
export type ImageUse = NonNullable<Artifact["use"]>;

export interface ImagesForUse {
  use: ImageUse;
  /** The first is what most people want. */
  images: readonly Artifact[];
}

/** A build's images by what they are for, most wanted first, as the server sorts them; and what belongs to them all. */
export function imagesByUse(artifacts: readonly Artifact[]): { groups: ImagesForUse[]; others: Artifact[] } {
  const groups = new Map<ImageUse, Artifact[]>();
  const others: Artifact[] = [];
  for (const artifact of artifacts) {
    if (artifact.use === null) others.push(artifact);
    else groups.set(artifact.use, [...(groups.get(artifact.use) ?? []), artifact]);
  }
  return { groups: [...groups].map(([use, images]) => ({ use, images })), others };
}

/** What nobody installs as it is; shown when asked for. */
export const isForExperts = ({ use }: ImagesForUse) => use === "boot" || use === "part";

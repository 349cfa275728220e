import type { ReleaseList, Source } from "./types.ts";

/** What every host of releases has, with releases in them or without. */
const ALWAYS = ["stable", "prerelease"];

/** A host of releases, as the engine knows a source: its channels are those that its releases are in. */
export function releaseSource(list: ReleaseList): Source {
  return {
    address: list.address,
    branches: null,
    async look(_, signal) {
      const offers = await list.offers(signal);
      const named = offers.flatMap(({ channel }) => channel ?? []);
      return { offers, channels: [...new Set([...ALWAYS, ...named])] };
    },
    manifest: (offer, signal) => list.manifest(offer, signal),
    downloadHeaders: (url) => list.downloadHeaders(url),
  };
}

import type { HeadersFor } from "../access.ts";
import type { Asset } from "./release.ts";

/** What GitHub, Gitea and Forgejo differ in, as far as their releases go. */
export interface Forge {
  /** As sentences call it. */
  name: string;
  /** The repository as people know it, without user and password. */
  address: string;
  /** `owner/name` */
  repo: string;
  /** The first page of its list of releases. */
  releasesUrl: string;
  /** The list's pages are remembered under this name. */
  cacheName: string;
  /** For the list itself. */
  accept: string;
  headersFor: HeadersFor;
  hasToken: boolean;
  /** Where an asset is downloaded from. May be relative to the list, may be wrong: it comes from the host. */
  addressOf(asset: Asset): string;
}

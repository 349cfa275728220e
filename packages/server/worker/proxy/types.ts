/** What one sandbox may fetch, and from where it really comes. */
export interface ProxyRoute {
  /** What repository files say: `https://downloads.openwrt.org`, without a slash at its end. */
  prefix: string;
  /** Where it is fetched from instead; the same where nothing replaces it. May have a user name and password. */
  upstream: string;
  /** The operator has named that very host: then it may be at a private address. Of all others only public ones are connected to. */
  mayBePrivate?: boolean;
}

/** What a proxy needs to know of the build that it is for. */
export interface FetchProxyPlace {
  /** In the order of their numbers in addresses. Upstreams without a slash at the end. */
  routes: readonly ProxyRoute[];
  /** Where to listen; not there yet. */
  socketPath: string;
  /** Who else than the owner of this process may connect: `Sandboxes.user`. */
  user: { uid: number; gid: number } | null;
}

/** What a proxy says of itself. */
export interface ProxyLog {
  warn(fields: object, text: string): void;
  error(fields: object, text: string): void;
}

/** Serves exactly its routes, on a unix socket that is bound into one sandbox. */
export interface FetchProxy extends AsyncDisposable {
  readonly socket: string;
  /** The address inside the sandbox for one below a route; null for all others. `port`: the sandbox's; default PROXY_PORT. */
  insideUrl(url: string, port?: number): string | null;
  /** What was asked of upstream and didn't come, in order: tells a mirror's trouble from a package's. */
  readonly failures: readonly FetchFailure[];
}

export interface FetchFailure {
  /** As repository files say it. */
  url: string;
  /** Upstream's status; null when there was no answer. */
  status: number | null;
  /** In words, without secrets. */
  reason: string;
  /** An earlier copy was served instead, so whoever asked has seen nothing of it. */
  servedStale?: boolean;
}

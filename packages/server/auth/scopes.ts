/** What a token may be good for. Reading the catalog, upgrade checks and asking for a build need none. */
export const SCOPES = ["catalog:refresh", "builds:manage", "workers:read", "stats:read", "admin"] as const;
export type Scope = (typeof SCOPES)[number];

/** `admin` is good for everything. */
export function allows(scopes: readonly Scope[], scope: Scope): boolean {
  return scopes.includes(scope) || scopes.includes("admin");
}

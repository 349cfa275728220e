/**
 * The name a package has upstream, from its name without ABI suffix: `libubox` and `20240329` are `libubox20240329`.
 * A name that ends in a digit has a hyphen between (imagebuilder §11): `libnl3` and `200` are `libnl3-200`.
 */
export function abiName(name: string, abi: string | null): string {
  if (abi === null) return name;
  return /\d$/.test(name) ? `${name}-${abi}` : `${name}${abi}`;
}

/**
 * A package's name without its ABI suffix, and the suffix without its hyphen. Upstream states the suffix with the hyphen
 * where there is one (`-200`), other tools state it without; both are read. A name that doesn't carry it stays as it is.
 */
export function splitAbi(upstreamName: string, stated: string | null): { name: string; abi: string | null } {
  const suffix = stated?.replace(/^-/, "") ?? "";
  if (suffix === "") return { name: upstreamName, abi: null };
  if (!upstreamName.endsWith(suffix) || upstreamName.length === suffix.length)
    return { name: upstreamName, abi: suffix };
  const rest = upstreamName.slice(0, -suffix.length);
  return { name: /\d-$/.test(rest) ? rest.slice(0, -1) : rest, abi: suffix };
}

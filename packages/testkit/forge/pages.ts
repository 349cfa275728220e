/** One page of a list, and the Link header (RFC 8288) that leads on from it. */
export function pageOf<T>(
  items: readonly T[],
  { url, sizeParameter, most }: { url: URL; sizeParameter: string; most: number },
): { items: readonly T[]; link: string | null } {
  const asked = Number(url.searchParams.get(sizeParameter) ?? 30);
  const size = Math.min(asked > 0 ? asked : 30, most);
  const page = Math.max(1, Number(url.searchParams.get("page") ?? 1));
  const last = Math.max(1, Math.ceil(items.length / size));
  const to = (number: number, rel: string) => {
    const target = new URL(url);
    target.searchParams.set("page", String(number));
    return `<${target.href}>; rel="${rel}"`;
  };
  const links = [
    ...(page > 1 ? [to(page - 1, "prev")] : []),
    ...(page < last ? [to(page + 1, "next"), to(last, "last")] : []),
    ...(page > 1 ? [to(1, "first")] : []),
  ];
  return { items: items.slice((page - 1) * size, page * size), link: links.length > 0 ? links.join(", ") : null };
}

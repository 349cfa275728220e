/** What the gallery's address says: `?element=pawl-update-chip&state=done&scheme=dark&width=390`. */
export interface GalleryPlace {
  element: string | null;
  /** Named: only this is shown, without anything around it. */
  state: string | null;
  /** Null: as the reader's system has it. */
  scheme: "light" | "dark" | null;
  /** Of each page that is shown, in CSS pixels. */
  width: number;
}

/** A phone, a tablet, a desk. */
export const WIDTHS = [390, 800, 1280] as const;
export const SCHEMES = ["light", "dark"] as const;

export function placeOf(search: string): GalleryPlace {
  const query = new URLSearchParams(search);
  const width = Number(query.get("width"));
  return {
    element: query.get("element"),
    state: query.get("state"),
    scheme: SCHEMES.find((scheme) => scheme === query.get("scheme")) ?? null,
    width: width >= 200 && width <= 4_000 ? width : WIDTHS[0],
  };
}

/** The address of another place; what isn't named stays as it is. */
export function addressOf(place: GalleryPlace, change: Partial<GalleryPlace>): string {
  const query = Object.entries({ ...place, ...change }).flatMap(([name, value]) =>
    value === null ? [] : [[name, String(value)]],
  );
  return `?${new URLSearchParams(query)}`;
}

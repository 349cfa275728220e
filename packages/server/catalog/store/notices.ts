/** Ids of resources whose row has changed are told here, separated by commas. */
export const CHANNEL = "pawl_catalog";

/** A notification has at most 8000 bytes. */
const IDS_A_NOTICE = 500;

/** What is told of `ids`, in as many notifications as it takes. */
export function notices(ids: readonly number[]): string[] {
  const result: string[] = [];
  for (let i = 0; i < ids.length; i += IDS_A_NOTICE) result.push(ids.slice(i, i + IDS_A_NOTICE).join(","));
  return result;
}

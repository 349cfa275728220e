export const copy = { copied: "Copied" };
export type CopyWords = typeof copy;

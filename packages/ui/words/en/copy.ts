export const copy = { copied: "Copied", failed: "Couldn't be copied" };
export type CopyWords = typeof copy;

/** The version of this program; the build puts it in. */
export const VERSION: string = typeof PAWL_VERSION === "string" ? PAWL_VERSION : "0.0.0-source";

declare const PAWL_VERSION: string | undefined;

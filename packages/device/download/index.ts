export { type DownloadOptions, downloadFile } from "./download-file.ts";
export { bundleName, DownloadsFolder, readFetched } from "./downloads.ts";
export { type Fetched, type FetchOptions, fetchBytes } from "./fetch-bytes.ts";
export { redactUrl } from "./redact-url.ts";
export { basicAuthorization } from "./request.ts";
export type { DownloadProgress } from "./transfer-meter.ts";
export { isAbsent, webPageTrouble } from "./trouble.ts";

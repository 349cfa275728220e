export { type Answer, type AnswerHeaders, ask, drop } from "./answer.ts";
export { bundleName } from "./bundle-name.ts";
export { DownloadsFolder, readFetched } from "./downloads.ts";
export { type Fetched, type FetchOptions, fetchBytes } from "./fetch-bytes.ts";
export { localTrouble } from "./local-trouble.ts";
export { hostOf, redactUrl } from "./redact-url.ts";
export { basicAuthorization } from "./request.ts";
export { backOffMs, isAbsent, type StatusFacts, statusFacts, webPageTrouble } from "./trouble.ts";

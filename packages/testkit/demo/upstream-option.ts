/** The address that `--upstream` names, without slashes at its end; null without the option, undefined for what is none. */
export function upstreamOf(text: string | undefined): string | null | undefined {
  if (text === undefined) return null;
  if (!/^https?:\/\/[^\s?#]+$/.test(text) || !URL.canParse(text)) return undefined;
  return text.replace(/\/+$/, "");
}

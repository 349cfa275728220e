/** No answer of ours is longer: the packages of a version are some megabytes. In bytes. */
const MOST_BYTES = 32_000_000;

/** What was answered, as text; null: it is longer than any answer of ours, and is read no further. */
export async function readText({ body }: Response, most = MOST_BYTES): Promise<string | null> {
  if (body === null) return "";
  const reader = body.getReader();
  const decoder = new TextDecoder();
  let text = "";
  let bytes = 0;
  for (let next = await reader.read(); !next.done; next = await reader.read()) {
    bytes += next.value.length;
    if (bytes > most) {
      await reader.cancel().catch(() => undefined);
      return null;
    }
    text += decoder.decode(next.value, { stream: true });
  }
  return text + decoder.decode();
}

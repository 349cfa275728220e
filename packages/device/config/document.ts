import {
  type Document,
  isMap,
  isNode,
  isSeq,
  LineCounter,
  parseDocument,
  type YAMLError,
  type YAMLWarning,
} from "yaml";
import { type ConfigProblem, dotted, error, type Finding } from "./problem.ts";

export interface ConfigDocument {
  /** Plain values; meaningless when there are findings. */
  value: unknown;
  /** What YAML itself has against the text. */
  findings: Finding[];
  tree: Document;
  lines: LineCounter;
}

/**
 * Reads YAML 1.2. Never throws: what is wrong are findings. `beginning` is a key that such a file has to have; null when it
 * has to have none, and an empty one means just that.
 */
export function parseYaml(text: string, beginning: string | null = "apps"): ConfigDocument {
  const lines = new LineCounter();
  const tree = parseDocument(text, { lineCounter: lines, prettyErrors: false, stringKeys: true });
  const findings: Finding[] = causesOf([...tree.errors, ...tree.warnings]).map((fault) => ({
    ...error([], words(fault, text)),
    offset: fault.pos[0],
  }));
  const document = { value: null, findings, tree, lines };
  if (findings.length > 0) return document;
  try {
    const value: unknown = tree.toJS();
    if (isRecord(value)) return { ...document, value };
    if (value === null && beginning === null) return { ...document, value: {} };
    const message = value === null ? "the file is empty" : "the file must be a map of keys";
    findings.push(error([], message, beginning === null ? null : `begin with "${beginning}:"`));
  } catch (fault) {
    // An alias that leads nowhere, or more aliases than a sane file has.
    findings.push(error([], fault instanceof Error ? fault.message : String(fault)));
  }
  return document;
}

/** A finding with its place: the key it ends in, else the nearest one above it that the file has. */
export function locate({ tree, lines }: ConfigDocument, finding: Finding): Omit<ConfigProblem, "file"> {
  const { severity, path, message, hint, variable } = finding;
  const base = { severity, path: dotted(path), message, hint };
  if (variable !== undefined) return { ...base, line: null, column: null };
  const { line, col } = lines.linePos(finding.offset ?? offsetOf(tree, path));
  // linePos answers 0 for an empty file.
  return { ...base, line: Math.max(line, 1), column: Math.max(col, 1) };
}

function offsetOf(tree: Document, path: Finding["path"]): number {
  let node: unknown = tree.contents;
  let offset = 0;
  for (const key of path) {
    if (isMap(node)) {
      const pair = node.items.find((item) => String(item.key) === String(key));
      if (!pair) break;
      if (isNode(pair.key)) offset = pair.key.range?.[0] ?? offset;
      node = pair.value;
    } else if (isSeq(node)) {
      node = node.items[Number(key)];
      if (isNode(node)) offset = node.range?.[0] ?? offset;
    } else break;
  }
  return offset;
}

/** One slip makes the parser stumble over much that follows: only the first counts, unless each stands for itself. */
function causesOf(faults: (YAMLError | YAMLWarning)[]): (YAMLError | YAMLWarning)[] {
  const inOrder = [...faults].sort((a, b) => a.pos[0] - b.pos[0]);
  const slip = inOrder.findIndex(({ code }) => code !== "DUPLICATE_KEY");
  return slip === -1 ? inOrder : inOrder.slice(0, slip + 1);
}

function words(fault: YAMLError | YAMLWarning, text: string): string {
  switch (fault.code) {
    case "DUPLICATE_KEY":
      return `the key "${/^[^\s:]+/.exec(text.slice(fault.pos[0]))?.[0] ?? ""}" is written twice`;
    case "TAB_AS_INDENT":
      return "a tab can't indent a line; use spaces";
    case "MULTIPLE_DOCS":
      return "there must be one document, without --- in between";
    default:
      return `this is not valid YAML: ${fault.message}`;
  }
}

function isRecord(value: unknown): boolean {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

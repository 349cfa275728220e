import { html, svg, type TemplateResult } from "lit";
import type { IconNode } from "lucide";

/**
 * An icon of lucide's: `icon(ArrowUp)` with `import { ArrowUp } from "lucide"`, so that a page has only those it shows.
 * It says nothing: a word stands beside it.
 */
export function icon(shapes: IconNode, size = 20): TemplateResult {
  return html`<svg
    width=${size}
    height=${size}
    viewBox="0 0 24 24"
    fill="none"
    stroke="currentColor"
    stroke-width="2"
    stroke-linecap="round"
    stroke-linejoin="round"
    aria-hidden="true"
    focusable="false"
  >
    ${shapes.map(shape)}
  </svg>`;
}

function shape([tag, attributes]: IconNode[number]) {
  const of = (name: string) => attributes[name];
  switch (tag) {
    case "path":
      return svg`<path d=${of("d")}></path>`;
    case "circle":
      return svg`<circle cx=${of("cx")} cy=${of("cy")} r=${of("r")}></circle>`;
    case "line":
      return svg`<line x1=${of("x1")} x2=${of("x2")} y1=${of("y1")} y2=${of("y2")}></line>`;
    case "rect":
      return svg`<rect x=${of("x") ?? 0} y=${of("y") ?? 0} width=${of("width")} height=${of("height")} rx=${of("rx") ?? 0}></rect>`;
    case "ellipse":
      return svg`<ellipse cx=${of("cx")} cy=${of("cy")} rx=${of("rx")} ry=${of("ry")}></ellipse>`;
    case "polyline":
      return svg`<polyline points=${of("points")}></polyline>`;
    case "polygon":
      return svg`<polygon points=${of("points")}></polygon>`;
    default:
      return null;
  }
}

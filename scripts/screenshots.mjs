// npm run screenshots: docs/images/*.png, the main pages on the stand-in as a browser shows them. Look at them before they are kept.
import { mkdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { startBrowser } from "../e2e/browser/lib/chromium.ts";
import { settled } from "../e2e/browser/lib/settled.ts";
import { StageServer } from "../e2e/browser/lib/stage-server.ts";
import { PHONE, visit } from "../e2e/browser/lib/visit.ts";
import { ROOT } from "./bootstrap.mjs";
import { buildPages } from "./build-pages.mjs";

const FOLDER = join(ROOT, "docs", "images");
/** As wide as a readme shows it. */
const DESK = { width: 1120, height: 760 };
const CHOICES =
  "version=25.12.1&target=ath79/generic&profile=tplink_archer-c7-v2&packages=luci+tcpdump+wireguard-tools";

/** By the file's name. `open`: what is pressed first. */
const PICTURES = {
  "update-dialog": { address: "/sites/device~available/", open: /Update to/, viewport: { width: 960, height: 940 } },
  "update-running": { address: "/sites/device~installing/", open: /Watch it/ },
  "update-rolled-back": { address: "/sites/device~rolled-back/", open: /See why/, colorScheme: "dark" },
  "other-dashboard": { address: "/embed~both-available/two-apps.html", viewport: { width: 780, height: 300 } },
  "device-page": { address: "/sites/device~available/" },
  "image-builder": { address: `/sites/server~normal/?${CHOICES}`, viewport: DESK },
  console: { address: "/sites/server~normal/console/", viewport: DESK },
};

await buildPages();
mkdirSync(FOLDER, { recursive: true });
await using stage = await StageServer.start();
const browser = await startBrowser();
try {
  for (const [name, picture] of Object.entries(PICTURES)) await take(name, picture);
} finally {
  await browser.close();
}

async function take(name, { address, open, viewport = PHONE, colorScheme = "light" }) {
  await using visitor = await visit(browser, stage.url, { viewport, colorScheme, isTouched: true });
  const { page } = visitor;
  await page.addInitScript(() => sessionStorage.setItem("pawl-console-token", "pawl_stand-in"));
  await page.goto(address);
  if (open) await page.getByRole("button", { name: open }).click();
  await settled(page);
  const path = join(FOLDER, `${name}.png`);
  await page.screenshot({ path, scale: "css" });
  console.log(`docs/images/${name}.png, ${Math.ceil(statSync(path).size / 1_000)} kB`);
}

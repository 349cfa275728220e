import { afterAll, beforeAll, expect, test } from "vitest";
import { type ServedServer, serveAll } from "../testing/served-server.ts";

let server: ServedServer;
beforeAll(async () => {
  const evil = {
    evil: { title: "<script>alert(1)</script>", description: 'a "b" & c', upstream_url: "http://127.0.0.1:9" },
  };
  server = await serveAll({ config: { contact: "<b>me</b>" }, distributions: evil });
});
afterAll(() => server[Symbol.asyncDispose]());

const PAGES = ["/", "/stats", "/api/v2/docs"];

test.each(PAGES)("%s takes nothing from elsewhere, has nothing inline, and is in nobody's frame", async (path) => {
  const response = await fetch(server.url + path);
  const page = await response.text();
  expect([response.status, response.headers.get("content-type")]).toEqual([200, "text/html; charset=utf-8"]);
  const policy = response.headers.get("content-security-policy") ?? "";
  expect(policy).toContain("default-src 'none'");
  expect(policy).toContain("frame-ancestors 'none'");
  expect(policy).not.toMatch(/unsafe|https?:|\*/);
  expect(page).not.toMatch(/<style|\sstyle=|\son\w+=|<script>|(src|href)="(https?:)?\/\/(?!127\.0\.0\.1)/);
});

test.each(PAGES)("%s loads only what is there", async (path) => {
  const page = await (await fetch(server.url + path)).text();
  const links = [...page.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, link]) => new URL(link ?? "", server.url + path));
  const own = links.filter(({ href }) => href.startsWith(server.url));
  expect(own.length).toBeGreaterThan(2);
  for (const { href } of own) {
    const { status } = await fetch(href);
    expect([href, status]).toEqual([href, href.includes("evil") ? 503 : 200]);
  }
});

test("the first page says what is newest, and what isn't there yet why", async () => {
  const page = await (await fetch(server.url)).text();
  expect(page).toMatch(/<dt>Stable<\/dt><dd>25\.12\.1<\/dd>/);
  expect(page).toMatch(/class="warn"/);
});

test("what others write is text", async () => {
  const page = await (await fetch(server.url)).text();
  expect(page).toContain("&lt;script&gt;alert(1)&lt;/script&gt;");
  expect(page).toContain("a &quot;b&quot; &amp; c");
  expect(page).toContain("&lt;b&gt;me&lt;/b&gt;");
});

test("the figures have bars and numbers once there is something", async () => {
  expect(await (await fetch(`${server.url}/stats`)).text()).toContain("None in the last 30 days.");
  server.stats.count("upgrade-check", "openwrt:24.10.5", 7);
  await server.stats.flush();
  const page = await (await fetch(`${server.url}/stats`)).text();
  expect(page).toMatch(/<rect x="290" y="0" width="8" height="100"><title>\d{4}-\d\d-\d\d: 7<\/title>/);
});

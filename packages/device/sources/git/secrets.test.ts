import { writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { FakeForge, pythonProject } from "@pawl/testkit";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { GitFixture, NEVER } from "./git-fixture.ts";

let fixture: GitFixture;
let url: string;
let token_file: string;
const ASKED = { channel: "main", installed: null };

beforeAll(async () => {
  fixture = await GitFixture.start();
  const repository = await fixture.server.create("me/kettle");
  await repository.commit("main", { files: pythonProject({ version: "1.0.0" }) });
  url = fixture.urlOf("me/kettle");
  token_file = fixture.dir.join("token");
  await writeFile(token_file, "geheim-token\n");
});

beforeEach(() => {
  fixture.started = [];
  fixture.server.heal();
  fixture.server.credentials = null;
});

afterAll(() => fixture[Symbol.asyncDispose]());

const failure = (look: Promise<unknown>) =>
  look.then(
    () => null,
    (error) => ({ code: error.code, message: error.message, detail: error.fields?.detail ?? "" }),
  );

test("one that asks for a password is never answered with a prompt; a token or the address's own password is taken", async () => {
  fixture.server.credentials = "x-access-token:geheim-token";
  expect(await failure(fixture.source({ url }).look(ASKED, NEVER))).toMatchObject({
    code: "config_invalid",
    message: expect.stringContaining("token_file"),
  });
  await fixture.source({ url, token_file }).look(ASKED, NEVER);
  fixture.server.credentials = "kim:geheim wort";
  await fixture.source({ url: url.replace("//", "//kim:geheim%20wort@") }).look(ASKED, NEVER);
  const wrong = await failure(fixture.source({ url: url.replace("//", "//kim:falsches-wort@") }).look(ASKED, NEVER));
  expect(wrong).toMatchObject({ code: "config_invalid", message: expect.stringContaining("doesn't take") });
  expect(JSON.stringify(wrong)).not.toContain("falsches");
  const argv = fixture.started.flatMap((started) => started.argv).join(" ");
  expect(argv).not.toMatch(/geheim|falsches|Basic/);
  expect(fixture.started.length).toBeGreaterThan(0);
});

test("a redirect within the host is followed, one to another host is refused by name and gets no token", async () => {
  await using elsewhere = await FakeForge.start({ kind: "gitea" });
  fixture.server.fault("/old/name.git", { kind: "redirect", to: "/me/kettle.git" });
  const moved = fixture.source({ url: fixture.urlOf("old/name"), token_file });
  expect((await moved.look(ASKED, NEVER)).channels).toEqual(["main"]);
  fixture.server.fault("/away.git", { kind: "redirect", to: `${elsewhere.url}/me/kettle.git` });
  const refused = await failure(fixture.source({ url: fixture.urlOf("away"), token_file }).look(ASKED, NEVER));
  expect(refused).toMatchObject({
    code: "host_error",
    message: expect.stringContaining(`${elsewhere.url}/me/kettle.git`),
  });
  expect(elsewhere.requests).toEqual([]);
  fixture.server.fault("/round.git", { kind: "redirect", to: "/round.git" });
  expect(await failure(fixture.source({ url: fixture.urlOf("round") }).look(ASKED, NEVER))).toMatchObject({
    message: expect.stringContaining("redirects more than"),
  });
});

test("a host that repeats the token doesn't get it into what is told of its answer", async () => {
  const parrot = createServer(({ headers: { authorization = "" } }, response) => {
    const encoded = authorization.replace("Basic ", "");
    const said = `${Buffer.from(encoded, "base64")} as ${authorization} isn't let in`;
    response.writeHead(403, { "content-type": "text/plain" }).end(said);
  });
  await new Promise<void>((listening) => parrot.listen(0, "127.0.0.1", listening));
  try {
    const { port } = parrot.address() as AddressInfo;
    const source = fixture.source({ url: `http://127.0.0.1:${port}/me/kettle.git`, token_file });
    const refused = await failure(source.look(ASKED, NEVER));
    expect(refused).toMatchObject({ code: "host_error", detail: expect.stringContaining("isn't let in") });
    expect(JSON.stringify(refused)).not.toMatch(/geheim|Z2VoZWlt/);
  } finally {
    parrot.close();
  }
});

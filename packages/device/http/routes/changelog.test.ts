import { ChangelogAnswer } from "@pawl/protocol";
import { expect, test } from "vitest";
import { HastyClock } from "../../testing/device-fixture.ts";
import { Device } from "../testing/device.ts";

const CHANGELOG = "/api/update/changelog";

const versions = ({ commits = [] }: { commits?: { sha: string }[] }) => commits.map(({ sha }) => sha);

test("changelog: what this device doesn't have yet, newest first by version, each release with name and notes", async () => {
  await using device = await Device.start();
  await device.have("1.0.0");
  await device.publish("1.10.0", { title: "Summer", notes: "- a dial\n- a lamp", publishedAt: "2026-03-02T10:00:00Z" });
  await device.publish("1.9.0", { publishedAt: "2026-03-03T10:00:00Z" });
  await device.publish("0.9.0");
  await device.checked();
  const { status, body } = await device.get(CHANGELOG);
  expect(status).toBe(200);
  const { channel, installed, latest, commits } = ChangelogAnswer.parse(body);
  expect({ channel, installed, latest }).toEqual({ channel: "stable", installed: "1.0.0", latest: "1.10.0" });
  expect(commits).toEqual([
    {
      sha: "1.10.0",
      short_sha: "1.10.0",
      title: "Summer",
      body: "- a dial\n- a lamp",
      author: "",
      date: "2026-03-02T10:00:00Z",
      url: null,
    },
    expect.objectContaining({ sha: "1.9.0", title: "1.9.0", body: "" }),
  ]);
});

test("changelog: nothing new is an empty list, and on a device without anything all is new", async () => {
  await using device = await Device.start();
  await device.publish("0.9.0");
  expect(versions((await device.get(CHANGELOG)).body)).toEqual(["0.9.0"]);
  await device.have("1.0.0");
  expect((await device.get(CHANGELOG)).body).toMatchObject({ installed: "1.0.0", latest: "1.0.0", commits: [] });
});

test("changelog: of another channel when one is named, else of the one that is followed", async () => {
  await using device = await Device.start();
  await device.publish("1.1.0", { channel: "lab" });
  await device.publish("1.2.0", { channel: "prerelease" });
  await device.have("1.0.0");
  await device.publish("1.0.1");
  await device.checked();
  const of = async (query: string) => (await device.get(CHANGELOG + query)).body;
  expect(versions(await of(""))).toEqual(["1.0.1"]);
  expect(versions(await of("?channel="))).toEqual(["1.0.1"]);
  expect(await of("?channel=lab")).toMatchObject({ channel: "lab", latest: "1.1.0" });
  expect(versions(await of("?channel=prerelease"))).toEqual(["1.2.0", "1.0.1"]);
  expect(await of("?channel=attic")).toMatchObject({ channel: "attic", latest: null, commits: [] });
  const bad = await device.get(`${CHANGELOG}?channel=../x`);
  expect([bad.status, bad.body.code]).toEqual([400, "bad_request"]);
});

test.each([
  ["", 40],
  ["?max=3", 3],
  ["?max=100", 100],
  ["?max=500", 100],
  ["?max=0", 40],
  ["?max=-5", 40],
  ["?max=many", 40],
  ["?max=2.5", 40],
  ["?max=", 40],
])("changelog: %s gives %i entries of 120", async (query, count) => {
  await using device = await Device.start();
  await device.publishIndex(Array.from({ length: 120 }, (_, n) => `1.0.${n + 1}`));
  const { commits = [] } = (await device.get(CHANGELOG + query)).body;
  expect(commits).toHaveLength(count);
  expect(commits[0]?.sha).toBe("1.0.120");
});

test("changelog: while the host is away, what was known last with a warning", async () => {
  const clock = new HastyClock("2026-03-01T12:00:00Z");
  await using device = await Device.start({ clock });
  await device.publish("1.0.0");
  await device.checked();
  device.host.fault("/index.json", { kind: "status", status: 500 });
  clock.pass(3_600_000);
  const { status, body } = await device.get(CHANGELOG);
  expect([status, versions(body)]).toEqual([200, ["1.0.0"]]);
  expect(ChangelogAnswer.parse(body).warning).toMatch(/This is what was known last\.$/);
});

test("changelog: when nothing is known and the host is away, that is an error and never an empty list", async () => {
  await using device = await Device.start();
  device.host.fault("/index.json", { kind: "status", status: 500 });
  const { status, body } = await device.get(CHANGELOG);
  expect([status, body.success, body.code, body.commits]).toEqual([502, false, "host_error", undefined]);
});

test("changelog: a host's limit is 429 with Retry-After, and it isn't asked again", async () => {
  await using device = await Device.start();
  device.host.fault("/index.json", { kind: "rate-limit", retryAfter: 600 });
  for (const _ of [1, 2]) {
    const { status, headers, body } = await device.get(CHANGELOG);
    expect([status, body.code]).toEqual([429, "rate_limited"]);
    expect(Number(headers.get("retry-after"))).toBeGreaterThan(500);
  }
  expect(device.host.requests).toHaveLength(1);
});

test("changelog: what an update brought is told afterwards, and nothing that came out later", async () => {
  await using device = await Device.start();
  await device.have("1.0.0");
  await device.publish("1.1.0", { notes: "- a dial" });
  await device.publish("1.2.0", { notes: "- a lamp" });
  await device.checked();
  const { update_id: id } = await device.installed();
  await device.publish("1.3.0");
  await device.checked();
  expect(versions((await device.get(CHANGELOG)).body)).toEqual(["1.3.0"]);
  const { body } = await device.get(`${CHANGELOG}?update=${id}`);
  expect(body).toMatchObject({ channel: "stable", installed: "1.0.0", latest: "1.2.0" });
  expect(versions(body)).toEqual(["1.2.0", "1.1.0"]);
  const refused = await Promise.all(["../x", "0mwqh5cxw-v2z6at"].map((of) => device.get(`${CHANGELOG}?update=${of}`)));
  expect(refused.map(({ status, body: { code } }) => [status, code])).toEqual([
    [400, "bad_request"],
    [404, "not_found"],
  ]);
});

test("changelog: answers while an update runs", async () => {
  await using device = await Device.start();
  await device.publish("1.0.0");
  device.host.fault("/1.0.0/kitchen", { kind: "hang" });
  await device.post("/api/update/install");
  expect(versions((await device.get(CHANGELOG)).body)).toEqual(["1.0.0"]);
});

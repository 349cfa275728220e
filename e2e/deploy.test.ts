import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { TempDir } from "@pawl/testkit";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { parse } from "yaml";
import { checkConfig } from "../packages/server/config/check.ts";
import { ROOT } from "../scripts/bootstrap.mjs";
import { blocksOf } from "./document-blocks.ts";

const DEPLOY = join(ROOT, "deploy");
const ENV = { ...process.env, PAWL_DATABASE_PASSWORD: "secret" };
const isCi = process.env.CI === "true";

let dir: TempDir;
beforeAll(async () => {
  dir = await TempDir.create("pawl-deploy-");
});
afterAll(() => dir?.[Symbol.asyncDispose]());

const read = (name: string) => readFileSync(join(DEPLOY, name), "utf8");
const page = readFileSync(join(ROOT, "docs", "operator.md"), "utf8");

describe("units of systemd", () => {
  const units = readdirSync(DEPLOY).filter((name) => name.endsWith(".service"));

  test.skipIf(!isCi && !existsSync("/usr/bin/systemd-analyze"))("are understood by systemd", async () => {
    expect(units.sort()).toEqual(["pawl-server.service", "pawl-worker@.service"]);
    const paths = [];
    for (const name of units) {
      const path = dir.join(name.replace("@", "@1"));
      // The only things that a machine has to have: a user and its programs.
      const text = read(name)
        .replace(/^(User|Group)=.*\n/gm, "")
        .replace("/usr/bin/node", process.execPath);
      await writeFile(path, text);
      paths.push(path);
    }
    const { status, stdout, stderr } = spawnSync("systemd-analyze", ["verify", "--man=no", ...paths], {
      encoding: "utf8",
    });
    expect(`${stdout}${stderr}`.split("\n").filter((line) => line.includes("pawl-"))).toEqual([]);
    expect(status, stderr).toBe(0);
  });

  test.each(units)("%s runs as nobody special, and starts what the checkout has", (name) => {
    const text = read(name);
    expect(text).toMatch(/^User=pawl-server$/m);
    expect(text).toMatch(/^NoNewPrivileges=yes$/m);
    expect(text).toMatch(/^CapabilityBoundingSet=$/m);
    const [, program = "", config = ""] =
      /^ExecStart=\S+ \/opt\/pawl\/(\S+) \w+ --config \/etc\/pawl\/(\S+)$/m.exec(text) ?? [];
    expect(existsSync(join(ROOT, program)), program).toBe(true);
    expect(existsSync(join(DEPLOY, config)), config).toBe(true);
  });

  test("give a worker more time to end than its builds have", () => {
    const [, minutes] = /^TimeoutStopSec=(\d+)min$/m.exec(read("pawl-worker@.service")) ?? [];
    const { worker } = parse(read("pawl-worker.yaml")) as { worker: { grace: string } };
    expect(Number(minutes)).toBeGreaterThan(Number.parseInt(worker.grace, 10));
    expect(worker.grace).toMatch(/^\d+m$/);
  });
});

describe("configuration", () => {
  test.each(["pawl-server.yaml", "pawl-worker.yaml"])("%s is one", async (name) => {
    const { config, problems } = await checkConfig({ path: join(DEPLOY, name), env: {} });
    expect(problems).toEqual([]);
    expect(config).not.toBeNull();
  });

  test("has server and workers share their images", () => {
    const [server, worker] = ["pawl-server.yaml", "pawl-worker.yaml"].map(
      (name) => parse(read(name)) as Record<string, unknown>,
    );
    expect(server?.store_dir).toBe(worker?.store_dir);
    expect(server?.state_dir).not.toBe(worker?.state_dir);
  });
});

describe("containers", () => {
  interface Service {
    user?: string;
    read_only?: boolean;
    cap_drop?: string[];
    healthcheck?: { test: string[] };
    volumes?: string[];
  }

  test.skipIf(!isCi && !existsSync("/usr/bin/docker-compose"))("are what docker-compose understands", () => {
    const { status, stdout, stderr } = spawnSync("docker-compose", ["-f", join(DEPLOY, "compose.yaml"), "config"], {
      env: ENV,
      encoding: "utf8",
    });
    expect(status, stderr).toBe(0);
    const { services } = parse(stdout) as { services: Record<string, Service> };
    expect(Object.keys(services).sort()).toEqual(["database", "server", "worker"]);
    for (const [name, service] of Object.entries(services)) {
      expect(service.healthcheck?.test.length, name).toBeGreaterThan(1);
      expect(service.volumes?.length, name).toBeGreaterThan(0);
    }
    // The image's own user is no root: below.
    expect(services.database?.user).toBe("postgres");
    for (const { read_only, cap_drop } of [services.server ?? {}, services.worker ?? {}]) {
      expect([read_only, cap_drop]).toEqual([true, ["ALL"]]);
    }
    expect(services.server?.volumes).toContain("store:/var/lib/pawl-store:rw");
    expect(services.worker?.volumes).toContain("store:/var/lib/pawl-store:rw");
  });

  test.skipIf(!isCi && !existsSync("/usr/bin/docker-compose"))("don't start without a password of the database", () => {
    const { PAWL_DATABASE_PASSWORD: _, ...env } = ENV;
    const { status, stderr } = spawnSync("docker-compose", ["-f", join(DEPLOY, "compose.yaml"), "config"], {
      env,
      encoding: "utf8",
    });
    expect(status).not.toBe(0);
    expect(stderr).toContain("deploy/.env");
  });

  test("are made of what the checkout has, and don't run as root", () => {
    const lines = read("Containerfile").split("\n");
    // What another stage has made isn't the checkout's.
    const copied = lines.flatMap((line) => /^COPY (?!--from)(.+) \S+$/.exec(line)?.[1]?.split(" ") ?? []);
    expect(copied.length).toBeGreaterThan(2);
    for (const path of copied) expect(existsSync(join(ROOT, path)), path).toBe(true);
    const entry = JSON.parse(lines.find((line) => line.startsWith("ENTRYPOINT"))?.slice("ENTRYPOINT ".length) ?? "");
    expect(existsSync(join(ROOT, entry[1]))).toBe(true);
    expect(copied.some((path) => entry[1].startsWith(path))).toBe(true);
    expect(lines.filter((line) => line.startsWith("USER "))).toEqual(["USER pawl"]);
    expect(lines.findIndex((line) => line.startsWith("USER "))).toBeLessThan(
      lines.findIndex((line) => line.startsWith("ENTRYPOINT")),
    );
  });
});

test("the operator's page names every file of deploy/, and the packages that the container has", () => {
  for (const name of readdirSync(DEPLOY)) expect(page, name).toContain(name);
  const installed = /apt-get install (?:-\S+ )+([^&]+)/s;
  const inContainer = names(installed.exec(read("Containerfile"))?.[1]).filter((name) => name !== "ca-certificates");
  const command = blocksOf("docs/operator.md").find(({ text }) => text.includes("apt-get install"))?.text ?? "";
  const onMachine = names(installed.exec(command)?.[1]);
  expect(onMachine).toEqual(expect.arrayContaining(inContainer));
});

function names(text = ""): string[] {
  return text.split(/[\s\\]+/).filter((name) => /^[a-z]/.test(name));
}

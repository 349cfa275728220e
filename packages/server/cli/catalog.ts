import { Command } from "commander";
import { catalogList } from "./catalog-list.ts";
import { catalogShow } from "./catalog-show.ts";
import type { Io } from "./io.ts";
import type { ConfigOption } from "./program.ts";
import { showProgress } from "./refresh-progress.ts";
import { tellReport } from "./refresh-words.ts";
import { printJson, withServer } from "./with-server.ts";

export interface CatalogOptions extends ConfigOption {
  distribution?: string;
  json?: boolean;
}

/** `pawl catalog list`, `show` and `refresh`: what is known of upstream, and how fresh. */
export function catalogCommand(io: Io): Command {
  const catalog = new Command("catalog").description("what there is upstream, and how fresh what we know of it is");
  catalog
    .command("list")
    .description("every branch with its newest version, and what is wrong with it since when")
    .option("--distribution <name>", "only this one")
    .option("--json", "for programs")
    .action((options: CatalogOptions) => withServer(io, options, ({ catalog }) => catalogList(io, catalog, options)));
  catalog
    .command("show")
    .description("a version with its targets, or a target of it with its profiles and packages")
    .argument("<version>", "24.10.1, SNAPSHOT, …")
    .argument("[target]", "ath79/generic, …")
    .option("--distribution <name>", "default: openwrt")
    .option("--json", "for programs")
    .action((version: string, target: string | undefined, options: CatalogOptions) =>
      withServer(io, options, ({ catalog }) => catalogShow(io, catalog, version, target, options)),
    );
  catalog
    .command("refresh")
    .description("ask upstream now what is newer of all that anybody has asked for")
    .argument("[version]", "only this one")
    .argument("[target]", "only this one of it")
    .option("--distribution <name>", "only this one")
    .option("--json", "for programs")
    .action((version: string | undefined, target: string | undefined, options: CatalogOptions) =>
      refresh(io, { ...options, version, target }),
    );
  return catalog;
}

async function refresh(io: Io, options: CatalogOptions & { version?: string; target?: string }): Promise<void> {
  const { distribution, version, target, json } = options;
  await withServer(io, options, async ({ catalog }) => {
    if (distribution) catalog.distribution(distribution);
    using progress = showProgress(io);
    const report = await catalog.refresh(
      { distribution, version, target },
      { signal: io.signal, onProgress: progress.show },
    );
    progress.end();
    if (json) return printJson(io, { success: report.failed.length === 0, ...report });
    await tellReport(io, report);
  });
}

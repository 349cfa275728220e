import { Command } from "commander";
import type { Io } from "./io.ts";
import type { ConfigOption } from "./program.ts";
import { showProgress } from "./refresh-progress.ts";
import { tellReport } from "./refresh-words.ts";
import { printJson, withServer } from "./with-server.ts";

interface InitOptions extends ConfigOption {
  json?: boolean;
}

/** `pawl init`: the database is there, and the catalog knows every version, target and model. Running it again does no harm. */
export function initCommand(io: Io): Command {
  return new Command("init")
    .description("make the database, and fill the catalog from upstream the first time")
    .option("--json", "for programs")
    .action((options: InitOptions) => init(io, options));
}

async function init(io: Io, options: InitOptions): Promise<void> {
  await withServer(io, options, async ({ catalog }) => {
    const names = catalog.distributions.flatMap(({ title, continuedBy }) => (continuedBy ? [] : [title])).join(", ");
    if (!options.json) io.stderr(`Reading what there is of ${names}…\n`);
    using progress = showProgress(io);
    const report = await catalog.fill({ signal: io.signal, onProgress: progress.show });
    progress.end();
    if (options.json) return printJson(io, { success: report.failed.length === 0, ...report });
    await tellReport(io, report);
    io.stdout("Package lists are read when somebody asks for them. Next: pawl serve\n");
  });
}

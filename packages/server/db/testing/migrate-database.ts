// Migrates a database, as a server does that starts: `migrate-database.ts <url>`. Says which steps it made.
import pino from "pino";
import { openDatabase } from "../connect.ts";
import { migrate } from "../migrate.ts";

const log = pino({ level: "silent" });
await using database = await openDatabase({ url: process.argv[2] ?? "", log });
console.log(JSON.stringify(await migrate(database, { log })));

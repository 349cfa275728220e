import * as z from "zod";

// Before any schema is made. A command reads its configuration and a handful of records: zod's own compiler would take longer
// than it saves, by a twentieth of a command, and an index of thousands of releases is read nearly as fast without.
z.config({ jitless: true });

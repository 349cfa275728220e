export { type ServedOptions, type ServedServer, serveMiniature } from "./served-server.ts";
export { createTestDatabase, type TestDatabase, type TestDatabaseOptions } from "./test-database.ts";

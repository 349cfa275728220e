/** Where pg-boss has its tables. */
export const QUEUE_SCHEMA = "pawl_queue";

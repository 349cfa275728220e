export { UpdateError } from "./error.ts";

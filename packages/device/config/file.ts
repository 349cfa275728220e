// What the configuration files of Pawl's programs have in common: reading YAML, saying what is wrong in it, and where.
export { locate, parseYaml } from "./document.ts";
export { problemsOf } from "./issues.ts";
export { nearest } from "./nearest.ts";
export { type ConfigProblem, describeProblem, dotted, error, type Finding, warning } from "./problem.ts";
export { type ConfigShape, shapeOf } from "./schema.ts";

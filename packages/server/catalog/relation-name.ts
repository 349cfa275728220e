/** What a dependency, a conflict or something provided is about: `libfoo` of `libfoo>=1.2`, whatever versions of it will do. */
export function relationName(relation: string): string {
  return relation.replace(/[ (=<>~].*$/, "");
}

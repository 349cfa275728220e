import { UpstreamError } from "./error.ts";
import { tooMany } from "./fields.ts";
import { shown } from "./names.ts";
import { MOST_DEPENDENCIES } from "./package-limits.ts";

const NONE: readonly string[] = [];
const LONGEST = 300;
const SPACE = 0x20;
const NAME_ALONE = /^[a-zA-Z0-9_][\w.+-]*$/;
/** A package and the versions of it that will do: `kernel (=6.6.67~abc-r1)`. */
const RELATION = /^([A-Za-z0-9_@][\w.+:@-]*) *(?:\( *(<<|>>|<=|>=|<|>|=) *([A-Za-z0-9][A-Za-z0-9.+~:_-]*) *\))?\*?$/;

/** In a control file `<` and `>` alone mean what `<=` and `>=` do (Debian's old form, which opkg kept). */
const OPERATORS: Readonly<Record<string, string>> = { "<<": "<", ">>": ">", "<": "<=", ">": ">=" };

/**
 * Reads the lists of dependencies of one file: `libc, kernel (=6.6.67~abc-r1), foo (>= 1.0)`. Each is given in the form
 * that apk's indexes use too: `libc`, `kernel=6.6.67~abc-r1`, `foo>=1.0`; alternatives stay together, `a|b`. The same few
 * occur in thousands of packages, so each is read once.
 */
export class OpkgRelations {
  readonly #what: string;
  readonly #known = new Map<string, string>();

  constructor(what: string) {
    this.#what = what;
  }

  /** @throws UpstreamError `bad_index`, `too_large` */
  parse(text: string | undefined): readonly string[] {
    if (text === undefined || text === "") return NONE;
    const relations: string[] = [];
    for (let at = 0; at < text.length; ) {
      const comma = text.indexOf(",", at);
      const end = comma === -1 ? text.length : comma;
      while (text.charCodeAt(at) === SPACE) at++;
      const relation = text.slice(at, end);
      if (relation !== "") relations.push(this.#known.get(relation) ?? this.#read(relation));
      at = end + 1;
    }
    if (relations.length > MOST_DEPENDENCIES) throw tooMany(this.#what, relations.length, MOST_DEPENDENCIES);
    return relations;
  }

  #read(text: string): string {
    const relation = text.trim();
    if (relation.length > LONGEST) throw this.#bad(relation);
    const normal = NAME_ALONE.test(relation)
      ? relation
      : relation
          .split("|")
          .map((choice) => this.#choice(choice.trim(), relation))
          .join("|");
    this.#known.set(text, normal);
    return normal;
  }

  #choice(choice: string, relation: string): string {
    const [, name, operator, version] = RELATION.exec(choice) ?? [];
    if (name === undefined) throw this.#bad(relation);
    return operator === undefined ? name : `${name}${OPERATORS[operator] ?? operator}${version}`;
  }

  #bad(relation: string): UpstreamError {
    return new UpstreamError("bad_index", `${this.#what}: ${shown(relation)} is no dependency.`);
  }
}

/** A text without the passwords of addresses in it: `postgresql://pawl:…@host/pawl`. */
export function scrub(text: string): string {
  return text.includes("@") ? text.replace(PASSWORD, "$1…@") : text;
}

/** After `//`, the name and a colon: all up to the last @ before the host ends, as a password may hold one itself. */
const PASSWORD = /(\/\/[^\s/?#"'\\:@]*:)[^\s/"'\\]*@/g;

import { PLACES } from "../helper/places.ts";
import { SECURE_PATH } from "../system/roots-environment.ts";
import { API_USER } from "./things/user.ts";

/**
 * Lets our user call root's side, which understands its vocabulary and nothing else. Nothing of the caller's environment
 * comes along: the Node that is found, and what it does, would be the caller's choice.
 */
export const SUDOERS = `# Written by \`pawl setup\`, which writes it anew.
Defaults!${PLACES.helper} env_reset, !setenv, !requiretty, secure_path="${SECURE_PATH}"
Defaults!${PLACES.helper} !env_keep, !env_check
${API_USER} ALL=(root) NOPASSWD: ${PLACES.helper}
`;

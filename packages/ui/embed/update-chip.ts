// What another dashboard names in its script tag: <script type="module" src="…/ui/update-chip.js"></script>
import { PawlUpdateChip } from "../elements/pawl-update-chip.ts";

/** From `…/ui/update-chip.js` to where the API is. */
const UP = "..";

PawlUpdateChip.home = new URL(UP, import.meta.url).href.replace(/\/$/, "");

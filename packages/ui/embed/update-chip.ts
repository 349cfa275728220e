// What another dashboard names in its script tag: <script type="module" src="…/ui/update-chip.js"></script>
import "../elements/pawl-update-chip.ts";

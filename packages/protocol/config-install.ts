import * as z from "zod";
import { AbsolutePath, WebAddress } from "./config-values.ts";
import { TreePath } from "./values.ts";

/** A pattern of paths inside a release: `dir/**` for a whole folder, `*` within a name. */
const TreePattern = z
  .string()
  .min(1)
  .max(1024)
  .refine((pattern) => !pattern.startsWith("/"), "must be a path inside the release, without a / before it")
  .refine((pattern) => !pattern.split("/").includes(".."), "must stay inside the release, without ..");

const BundleFields = z.strictObject({
  /** Whole trees behind one link, or file by file in place. Default: symlink, unless a mapped path can't be a link. */
  layout: z.enum(["symlink", "copy"]).optional(),
  /** Holds `releases/<version>/`, `current` and `shared/`; with the copy layout, what `map` doesn't name. */
  home: AbsolutePath.optional(),
  /** Path inside the release → path on the device, which becomes a link into `current`. */
  map: z.record(z.string().min(1), AbsolutePath).default({}),
  /** The app's or the owner's own files: live in `shared/`, linked into every release, never replaced. */
  keep: z.array(TreePattern).default([]),
  /** Shipped but editable: an edited one stays, the new one is laid beside it as `*.pawl-new`. */
  config: z.array(TreePath).default([]),
  /** Earlier releases to keep for going back. */
  backups: z.int().min(1).max(20).default(1),
  /** Copy layout: where they are. Default: `<state_dir>/<app>/apply/backups`. */
  backup_dir: AbsolutePath.optional(),
  /** Whether a release may run commands of its own (`post_install`), as root. */
  allow_commands: z.boolean().default(false),
});
/** How release bundles are put in place. */
export const BundleInstall = BundleFields.refine(({ layout, home }) => layout !== "symlink" || home !== undefined, {
  path: ["home"],
  message: "must be given with the symlink layout",
}).refine(({ home, map }) => home !== undefined || Object.keys(map).length > 0, {
  path: ["map"],
  message: "must say where a release's files go, when there is no home",
});
export type BundleInstall = z.infer<typeof BundleInstall>;

/** A Python distribution's or extra's name (PEP 508), whichever of its spellings (PEP 503). */
const PythonName = z
  .string()
  .max(100)
  .regex(/^[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?$/, "must be the name of a Python distribution");

/** A module as `import` takes it. */
const PythonModule = z
  .string()
  .max(200)
  .regex(/^[A-Za-z_]\w*(\.[A-Za-z_]\w*)*$/, "must be the name of a Python module");

const PipFields = z.strictObject({
  /** What the project calls itself: `name` in its `pyproject.toml`. */
  distribution: PythonName,
  extras: z.array(PythonName).default([]),
  /**
   * `venv`: a virtual environment for each release, behind one link. `in-place`: into the environment of `python`, as
   * existing installations have it; going back takes a backup of wheels.
   */
  mode: z.enum(["venv", "in-place"]).default("venv"),
  /** venv mode: holds `releases/<version>/` and `current`. */
  home: AbsolutePath.optional(),
  /** Builds and, in place, is installed into. */
  python: AbsolutePath.default("/usr/bin/python3"),
  /** In place: the home of the user the app runs as, whose own packages (`pip install --user`) Python prefers to the system's. */
  user_home: AbsolutePath.optional(),
  /** What has to be importable before a release is switched to. Default: the packages that the distribution consists of. */
  imports: z.array(PythonModule).default([]),
  /** Where what it depends on comes from. Default: the Python package index. */
  index_url: WebAddress.optional(),
  extra_index_urls: z.array(WebAddress).default([]),
  /** Through which proxy they are reached. Root's side takes none from anybody's environment. */
  proxy: WebAddress.optional(),
  /** Ask no index: what `find_links` doesn't have isn't there. */
  no_index: z.boolean().default(false),
  /** Folders of this device, or pages, with wheels that were built ahead. */
  find_links: z.array(z.union([AbsolutePath, WebAddress])).default([]),
  /** A file of this device with the versions that dependencies may have (`pip install -c`). */
  constraints: AbsolutePath.optional(),
  /**
   * A file of the release that lists everything it needs with hashes (`pip install --require-hashes -r`). Default:
   * `requirements.lock`, when the release has one.
   */
  lock: TreePath.optional(),
  /** Whether what a build needs is fetched for it alone; without, it has to be installed beside `python`. */
  build_isolation: z.boolean().default(true),
  /** venv mode: whether a release sees what is installed beside `python`, such as drivers from the distribution. */
  system_site_packages: z.boolean().default(false),
  /** Earlier releases to keep for going back. */
  backups: z.int().min(1).max(20).default(1),
  /** In place: where they are. Default: `<state_dir>/<app>/apply/backups`. */
  backup_dir: AbsolutePath.optional(),
});
/** How Python projects are installed. */
export const PipInstall = PipFields.refine(({ mode, home }) => mode !== "venv" || home !== undefined, {
  path: ["home"],
  message: "must be given with the venv mode",
});
export type PipInstall = z.infer<typeof PipInstall>;

/** How releases are put in place: exactly one kind. */
export const InstallConfig = z.union([z.strictObject({ bundle: BundleInstall }), z.strictObject({ pip: PipInstall })]);
export type InstallConfig = z.infer<typeof InstallConfig>;

export { Appliance, type ApplianceOptions } from "./appliance/appliance.ts";
export { freePort } from "./appliance/free-port.ts";
export { type Finished, PawlCommand } from "./appliance/pawl-command.ts";
export {
  type Kettle,
  type KettleCommit,
  PythonAppliance,
  type PythonApplianceOptions,
} from "./appliance/python-appliance.ts";
export { missingForPython, PYTHON, whyNoPython } from "./appliance/python-there.ts";
export type { Behaviour } from "./appliance/release-content.ts";
export { TestClock } from "./clock.ts";
export type { Fault } from "./fault.ts";
export { FakeForge, type FakeForgeOptions } from "./forge/fake-forge.ts";
export { type CommitToMake, GitHistory, type StoredCommit } from "./forge/git-history.ts";
export { type GitCommit, type GitFile, GitRepository } from "./git/git-repository.ts";
export { type GitRequest, GitServer, type GitServerOptions } from "./git/git-server.ts";
export { type PythonProjectOptions, pythonProject, type ServiceFaults } from "./git/python-project.ts";
export { SshServer, whyNoSshServer } from "./git/ssh-server.ts";
export { BootedMachine, type MachineOptions, type RunOptions } from "./machine/booted-machine.ts";
export { type ChangedFiles, differences } from "./machine/changed-files.ts";
export { type MachineFile, OWN_BOOT_ID } from "./machine/first-files.ts";
export { machineIsPossible } from "./machine/machine-is-possible.ts";
export {
  type ApkKey,
  type FaultOrKind,
  generateMirror,
  type MadePackage,
  MIRROR_KEYS,
  type MirrorFault,
  type MirrorKeys,
  type MirrorRequest,
  MirrorServer,
  type MirrorServerOptions,
  noise,
  type ScaleOptions,
  STRANGER_KEYS,
  scaleMirror,
  sharedMirror,
  type Traffic,
  type Upstream,
} from "./mirror/index.ts";
export type { StoreFault, StoreRequest } from "./object-store/fault.ts";
export { FaultyStore, type FaultyStoreOptions } from "./object-store/faulty-store.ts";
export { ObjectStore, type ObjectStoreOptions } from "./object-store/object-store.ts";
export { type RecordedRequest, ReleaseHost, type ReleaseHostOptions } from "./release-host.ts";
export { TempDir } from "./temp-dir.ts";

/**
 * Runs Python again with other arguments, as the only one of ours that works on an environment: `-c LOCKED <lock file>
 * <seconds> <arguments…>`. The lock stays held over the exec. Pip outlives a Pawl that was killed: after so many seconds
 * the one that holds the lock, whose number is in the file, is killed, and what it left half done is repaired as after a
 * power cut.
 */
export const LOCKED = `
import fcntl, os, signal, sys, time

path, patience, rest = sys.argv[1], float(sys.argv[2]), sys.argv[3:]
lock = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)
started = time.monotonic()
while True:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        break
    except BlockingIOError:
        waited = time.monotonic() - started
    if waited > patience + 30:
        sys.exit("Another process works on this Python environment and does not end.")
    if waited > patience:
        try:
            os.kill(int(os.pread(lock, 20, 0)), signal.SIGKILL)
        except (ValueError, ProcessLookupError):
            pass
    time.sleep(0.05)
try:
    os.pwrite(lock, str(os.getpid()).encode().ljust(20), 0)
except OSError:
    pass  # On a full disk nothing can be written, and what is removed makes room.
os.set_inheritable(lock, True)
os.umask(0o022)
os.execv(sys.executable, [sys.executable, "-I", "-u", *rest])
`;

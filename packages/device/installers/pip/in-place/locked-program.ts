/**
 * Runs Python again with other arguments, as the only one of ours that works on an environment: `-c LOCKED <lock file>
 * <seconds> <arguments…>`. The lock stays held over the exec. Pip outlives a Pawl that was killed: after so many seconds
 * the one that holds the lock is killed, and what it left half done is repaired as after a power cut. Whose process that
 * is the kernel says (fcntl(2), F_GETLK): a number in a file could be that of somebody else by now.
 */
export const LOCKED = `
import errno, fcntl, os, signal, struct, sys, time

path, patience, rest = sys.argv[1], float(sys.argv[2]), sys.argv[3:]
lock = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)

def holder():
    asked = struct.pack("hhqqi", fcntl.F_WRLCK, os.SEEK_SET, 0, 0, 0)
    kind, _, _, _, pid = struct.unpack("hhqqi", fcntl.fcntl(lock, fcntl.F_GETLK, asked))
    return None if kind == fcntl.F_UNLCK or pid <= 0 else pid

started = time.monotonic()
while True:
    try:
        fcntl.lockf(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        break
    except OSError as error:
        if error.errno not in (errno.EACCES, errno.EAGAIN):
            raise
        waited = time.monotonic() - started
    if waited > patience + 30:
        sys.exit("Another process works on this Python environment and does not end.")
    pid = holder() if waited > patience else None
    if pid is not None:
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
    time.sleep(0.05)
os.set_inheritable(lock, True)
os.umask(0o022)
os.execv(sys.executable, [sys.executable, "-I", "-u", *rest])
`;

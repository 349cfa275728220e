#!/bin/sh
# boot.sh <folder>: what a boot loader is to a machine. The first process of fresh namespaces runs it and becomes systemd.
set -eu
umask 022
dir=$1
root=$dir/root

# Its number outside: /proc is still the host's.
read -r pid _ </proc/self/stat

mount -t proc proc "$root/proc"
# The kernel is the host's, and not the machine's to change.
mount --bind "$root/proc/sys" "$root/proc/sys"
mount -o remount,bind,ro "$root/proc/sys"
[ ! -e /proc/sysrq-trigger ] || mount --bind /dev/null "$root/proc/sysrq-trigger"

mount -t sysfs -o ro sysfs "$root/sys"
mount -t cgroup2 cgroup2 "$root/sys/fs/cgroup"

mount -t tmpfs -o mode=755 dev "$root/dev"
cd "$root/dev"
mknod -m 666 null c 1 3
mknod -m 666 zero c 1 5
mknod -m 666 full c 1 7
mknod -m 666 random c 1 8
mknod -m 666 urandom c 1 9
mknod -m 666 tty c 5 0
ln -s /proc/self/fd fd
ln -s fd/0 stdin
ln -s fd/1 stdout
ln -s fd/2 stderr
mkdir pts shm
mount -t devpts -o newinstance,ptmxmode=0666,mode=620 devpts pts
ln -s pts/ptmx ptmx
mount -t tmpfs -o mode=1777 shm shm

mount -t tmpfs -o mode=755 run "$root/run"
# Each boot has an id of its own.
cat /proc/sys/kernel/random/uuid >"$root/run/boot-id"
mount --bind "$root/run/boot-id" "$root/proc/sys/kernel/random/boot_id"
mount -t tmpfs -o mode=1777 tmp "$root/tmp"

cd "$root"
echo "$pid" >"$dir/pid.new"
mv "$dir/pid.new" "$dir/pid"
pivot_root . .
umount --lazy .
# Without what would reach the host: its clock, its modules, its memory.
exec chroot . /usr/bin/env -i container=pawl-machine PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
  LANG=C.UTF-8 setpriv --bounding-set=-sys_time,-sys_module,-sys_rawio \
  /lib/systemd/systemd --unit=multi-user.target --log-target=journal --show-status=no

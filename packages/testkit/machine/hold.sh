#!/bin/sh
# hold.sh <folder> <name> <node> <path to be seen>...
# Holds a machine's disk, boots it and cuts its power, as it is told on stdin (on, off); when stdin closes, for
# whatever reason, everything of the machine goes. Runs in a mount namespace of its own: nothing is mounted outside.
set -eu
dir=$1 name=$2 node=$3
shift 3
here=$(dirname "$(readlink -f "$0")")
group=$dir/cgroup/$name
child=

# Everything in the machine dies at once, as when its plug is pulled.
off() {
  [ -d "$group" ] || return 0
  if [ -e "$group/cgroup.kill" ]; then
    echo 1 >"$group/cgroup.kill"
  elif [ -s "$dir/pid" ]; then
    # Before Linux 5.14: the rest dies with the first process of its namespace.
    kill -KILL "$(cat "$dir/pid")"
  fi
  [ -z "$child" ] || wait "$child" 2>/dev/null || true
  child=
  while grep -q "populated 1" "$group/cgroup.events"; do sleep 0.01; done
  find "$group" -depth -type d -exec rmdir {} +
}

leave() {
  trap - EXIT
  # Nobody may be listening any longer.
  trap '' PIPE
  off
  cd /
  umount --lazy "$dir" 2>/dev/null || true
  rmdir "$dir"
}
trap leave EXIT

on() {
  mkdir "$group"
  rm -f "$dir/pid"
  (
    echo 0 >"$group/cgroup.procs"
    # Should this script be killed, the machine goes, too.
    exec setpriv --pdeathsig KILL unshare --kill-child=KILL --fork --pid --mount --propagation private \
      --uts --ipc --net --cgroup -- sh "$here/boot.sh" "$dir"
  ) <&- >&2 &
  child=$!
  until [ -s "$dir/pid" ]; do
    kill -0 "$child" 2>/dev/null || exit 1
    sleep 0.01
  done
}

# Hides what the host has set up for itself: it is none of the machine's business.
of_its_own() {
  [ -d "root$1" ] || return 0
  mkdir -p "own$1"
  mount --bind "own$1" "root$1"
}

mount -t tmpfs -o mode=755,size=2g pawl-machine "$dir"
cd "$dir"
mkdir upper work root own cgroup
mount -t cgroup2 cgroup2 cgroup
mount -t overlay -o "lowerdir=/,upperdir=$dir/upper,workdir=$dir/work" machine root
for path in /etc/systemd/system /etc/init.d /etc/cron.d /usr/lib/systemd/system-generators /var/log/journal /root; do
  of_its_own "$path"
done

mkdir -p root/usr/local/bin
: >root/usr/local/bin/node
mount --bind "$node" root/usr/local/bin/node
for path; do
  # It may be on a mount of its own, which an overlay of / leaves out.
  if [ ! -e "root$path/package.json" ]; then
    mkdir -p "root$path"
    mount --bind "$path" "root$path"
  fi
done

echo ready
while read -r word; do
  case $word in
    on) on && echo "on $(cat "$dir/pid")" ;;
    off) off && echo off ;;
  esac
done

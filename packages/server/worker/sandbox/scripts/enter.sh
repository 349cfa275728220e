# Makes a build's place within a mount namespace of its own, joins the build's control groups, and goes on with the command.
# Arguments: the sandbox's folder · the tree to lay the writable layer over, or nothing · more options of that mount · a proxy's
# socket, or nothing · where to show the place to a user who can't enter the folders above it, or nothing · the working folder ·
# files to write "0" to, which moves this process into a control group · -- · the command.
set -eu
umask 022
folder=$1 tree=$2 options=$3 socket=$4 place=$5 work=$6
shift 6
cd -- "$folder"
if [ -n "$tree" ]; then
  # By way of a fixed name: a path may have commas and colons in it, which mean something in options.
  # Read-only, so that nothing can reach the tree by it, where nobody else's options on that mount have to be kept (as in a user namespace).
  if [ -n "$options" ]; then
    mount --bind -- "$tree" lower
  else
    mount --bind -o ro -- "$tree" lower
  fi
  # Volatile: or the end of every command would sync the whole disk below. What a power cut leaves of a build is thrown away, so
  # the mark that keeps such a layer from being mounted again means nothing here. Without metacopy a file in the upper layer is the whole file, which is then read there without a mount.
  rm -rf work/*
  mount -t overlay -o "lowerdir=lower,upperdir=upper,workdir=work,volatile,metacopy=off$options" overlay stage/builder
fi
if [ -n "$socket" ]; then
  mount --bind -- "$socket" stage/proxy.sock
fi
if [ -n "$place" ]; then
  mount --rbind stage "$place"
fi
while [ "$1" != -- ]; do
  echo 0 > "$1"
  shift
done
shift
cd -- "$work"
exec "$@"

#!/usr/bin/env bash
# An installed tree becomes a root file system:
#   prepare-rootfs.sh ROOT FILES "DISABLED SERVICES" EPOCH
# The user's files come first, so that scripts of packages and services see them.
root=$1 files=$2 disabled=" $3 " epoch=$4

# What is no folder is passed over without a word.
if [ -d "$files" ]; then cp -fpR "$files/." "$root/" || exit 1; fi
cd "$root" || exit 1
mkdir -p etc/rc.d

run_postinst() { # SCRIPT
  IPKG_INSTROOT=$root bash "$1"
  local code=$?
  [ $code -eq 0 ] && return
  echo "postinst script $1 has failed with exit code $code" >&2
  exit 1
}

shopt -s nullglob
for script in ./usr/lib/opkg/info/*.postinst; do run_postinst "$script"; done
if [ -f lib/apk/db/scripts.tar.gz ]; then
  mkdir -p tmp/scripts
  tar -C lib/apk/db -xzf lib/apk/db/scripts.tar.gz
  for script in ./lib/apk/db/*.post-install; do run_postinst "$script"; done
  rm -f lib/apk/db/*.{pre,post}-{install,upgrade,deinstall} lib/apk/db/*.trigger
fi

for script in etc/init.d/*; do
  IFS= read -r line <"$script"
  [ "$line" = '#!/bin/sh /etc/rc.common' ] || continue
  name=${script##*/}
  if [[ $disabled == *" $name "* ]]; then
    IPKG_INSTROOT=$root bash ./etc/rc.common "./$script" disable
    echo "Disabling $name"
  else
    IPKG_INSTROOT=$root bash ./etc/rc.common "./$script" enable
    echo "Enabling $name"
  fi
done

# Only what a device needs, and only one time on all of it.
find . \( -name .git -o -name .svn -o -name CVS \) -prune -exec rm -rf {} +
find . -name '.#*' -exec rm -f {} +
rm -rf boot tmp/* tmp/.[!.]*
rm -f usr/lib/opkg/lists/* usr/lib/opkg/info/*.postinst* usr/lib/opkg/info/*.prerm*
rm -f var/lock/*.lock lib/apk/db/lock
[ -f usr/lib/opkg/status ] && sed -i "s/^Installed-Time: .*/Installed-Time: $epoch/" usr/lib/opkg/status
chmod 0755 .
find . -print0 | xargs -0 touch -hcd "@$epoch"

#!/bin/sh
# Stands in for systemctl(1): units are the files in $PIKIT/units, each holds how often it was started.
# A unit whose program says "broken" fails when it is started.
echo "$*" >>"$PIKIT/systemctl.log"
verb=$1
for unit; do :; done
file=$PIKIT/units/$unit
case $verb in
show)
  if [ ! -e "$file" ]; then
    case $* in *--value*) echo not-found ;; *) echo LoadState=not-found ;; esac
    exit 0
  fi
  case $* in *--value*) echo loaded; exit 0 ;; esac
  active=active
  grep -qs broken "$PIKIT/usr/local/bin/pikit-api.py" && active=failed
  printf 'LoadState=loaded\nActiveState=%s\nSubState=running\nMainPID=1\nNRestarts=0\nInvocationID=%s\n' "$active" "$(cat "$file")"
  ;;
start | restart | reload)
  [ -e "$file" ] || { echo "Unit $unit.service could not be found." >&2; exit 5; }
  echo "$(($(cat "$file") + 1))" >"$file"
  ;;
esac

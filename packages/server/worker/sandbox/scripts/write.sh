# Standard input to a file below the working folder. Arguments: its folder, or "." · its name · mode · owner, or nothing.
# Ends with 4 where a link or a file is in the way.
set -efu
umask 022
IFS=/
at=.
for part in $1; do
  at=$at/$part
  [ ! -L "$at" ] || exit 4
  if [ ! -d "$at" ]; then
    mkdir -- "$at" || exit 4
    [ -z "$4" ] || chown -- "$4" "$at"
  fi
done
[ ! -d "$at/$2" ] || exit 4
fresh=$at/.pawl-$$
rm -f -- "$fresh"
# Not over a link that lies there.
set -C
cat > "$fresh"
chmod -- "$3" "$fresh"
[ -z "$4" ] || chown -h -- "$4" "$fresh"
mv -f -T -- "$fresh" "$at/$2"

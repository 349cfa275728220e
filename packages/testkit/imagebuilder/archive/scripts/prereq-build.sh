#!/usr/bin/env bash
# Says of each thing a build needs whether it is here; ends with 1 if one is not.
missing=()

check() { # NAME SENTENCE COMMAND...
  local name=$1 sentence=$2
  shift 2
  if "$@" >/dev/null 2>&1; then
    echo "Checking '$name'... ok."
  else
    echo "Checking '$name'... failed."
    missing+=("$sentence")
  fi
}

has_usual_umask() { [ "$(umask)" = 0022 ]; }
tells_cases_apart() {
  local probe=${TMPDIR:-/tmp}/.case-probe.$$
  [ -d "$TOPDIR/tmp" ] && probe=$TOPDIR/tmp/.case-probe.$$
  : >"$probe.x" && [ ! -e "$probe.X" ]
  local told=$?
  rm -f "$probe.x"
  return $told
}
has_gnu_awk() { gawk --version | grep -q GNU; }
has_new_python() { python3 -c 'import sys; sys.exit(sys.version_info < (3, 7))'; }
has_distutils() { python3 -c 'import sys
if sys.version_info < (3, 12): from distutils import util'; }

check true "Please install 'true'" true
check false "Please install 'false'" command -v false
check working-umask 'Please build with umask 022 - other values produce broken packages' has_usual_umask
check case-sensitive-fs 'OpenWrt can only be built on a case-sensitive filesystem' tells_cases_apart
for tool in bash cp find grep gzip install make perl sha256sum stat tar wget xargs; do
  check "$tool" "Please install '$tool'" command -v "$tool"
done
check gawk "Please install GNU 'awk'" has_gnu_awk
check python3 'Please install Python >= 3.7' has_new_python
check python3-distutils 'Please install the Python3 distutils module' has_distutils
for tool in mksquashfs mkfs.ext4 debugfs which; do
  check "$tool" "Please install '$tool'" command -v "$tool"
done

[ ${#missing[@]} -eq 0 ] && exit 0
echo
for sentence in "${missing[@]}"; do echo "Build dependency: $sentence"; done
echo
exit 1

# The appliance's init system: control.sh start|stop|status <home> <port> <program>… It keeps the service's pid in
# <home>/service.pid. A shell starts in a tenth of Node's time, and an update asks a dozen times.
verb=$1 home=$2 port=$3
shift 3
pid_file=$home/service.pid

# A service that has died but that nobody has waited for still has its number.
runs() {
  read -r pid <"$pid_file" && kill -0 "$pid" && read -r stat <"/proc/$pid/stat" || return 1
  case $stat in *") Z "*) return 1 ;; esac
} 2>/dev/null

stop() {
  if runs; then
    kill "$pid"
    waited=0
    while runs; do
      [ "$waited" -lt 5000 ] || kill -9 "$pid"
      waited=$((waited + 20))
      sleep 0.02
    done
  fi
  rm -f "$pid_file"
}

start() {
  runs && return
  command -v "$1" >/dev/null || return 1
  APPLIANCE_PORT=$port KETTLE_PORT=$port setsid "$@" </dev/null >>"$home/service.log" 2>&1 &
  echo $! >"$pid_file"
}

case $verb in
  start) start "$@" ;;
  stop) stop ;;
  status) runs || exit 3 ;;
  *) exit 2 ;;
esac

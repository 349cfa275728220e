# What starts the kettle: kettle-service.sh <home>/current. Which release runs is settled here, once: where the link leads
# later is none of a running service's business.
exec "$(readlink -f "$1")/bin/python" -I -m kettle

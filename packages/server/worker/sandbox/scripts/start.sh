# The last step before the command: says that everything before it has gone well.
echo started >&3
exec 3>&-
exec "$@"

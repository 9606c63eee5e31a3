#!/bin/sh
# Runs a broker for as long as its starter lives: watched.sh FOLDER COMMAND [ARGUMENT…]
#
# The starter holds the other end of standard input. When it dies, even by SIGKILL, the pipe reaches its end, and the
# whole process group goes with it, and FOLDER too. SIGTERM is passed to the command, for an orderly shutdown.
folder=$1
shift
exec 3<&0 </dev/null

"$@" 3<&- &
child=$!
trap 'kill -TERM "$child" 2>/dev/null' TERM

(
  trap - TERM
  cat <&3 >/dev/null
  # Gone already: it was stopped on purpose, and its folder belongs to whoever stopped it.
  if kill -KILL "$child" 2>/dev/null; then
    sleep 0.2
    rm -rf "$folder"
  fi
  kill -KILL 0
) &
exec 3<&-

# A trapped signal interrupts wait: go on until the command itself has ended.
while :; do
  wait "$child"
  status=$?
  kill -0 "$child" 2>/dev/null || exit "$status"
done

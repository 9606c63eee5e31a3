#!/bin/sh
# Runs a command inside a root folder that root-folder.sh made: in-root.sh ROOT FOLDER COMMAND [ARGUMENT...]
#
# /proc, /dev and FOLDER are this machine's, each at its own path, so that a path in FOLDER means the same on both sides.
# They are mounted in a namespace of the command's own: nothing is left mounted, whatever ends it. Every step becomes the
# next, so that the caller's child is the command itself.
root=$1
shift
identity=
[ "$(id -u)" = 0 ] || identity='--user --map-root-user'

# shellcheck disable=SC2086
exec unshare $identity --mount --propagation private sh -c '
  set -e
  root=$1 folder=$2
  shift 2
  for shared in /proc /dev "$folder"; do
    mkdir -p "$root$shared"
    mount --rbind "$shared" "$root$shared"
  done
  exec chroot "$root" "$@"
' sh "$root" "$@"

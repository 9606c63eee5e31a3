#!/usr/bin/env bash
# Puts mqwarden on the PATH of the next steps: what the project has, else from the registry.
set -euo pipefail
. "${BASH_SOURCE[0]%/*}/common.sh"

# There the job has the secrets and the token of the repository, and a checkout of the pull request is a stranger's: its node_modules would be run.
[ "${GITHUB_EVENT_NAME:-}" != pull_request_target ] ||
  fail 'this action does not run on pull_request_target, where a stranger'"'"'s files meet your secrets: use pull_request'

command -v node >/dev/null || fail 'there is no Node.js: let actions/setup-node run before this action'

own=$(placed node_modules/.bin)
if [ -z "$VERSION" ] && [ -x "$own/mqwarden" ]; then
  (cd -- "$own" >/dev/null && pwd) >>"$GITHUB_PATH"
  exit
fi

[ -n "$VERSION" ] ||
  VERSION=$(node -p 'JSON.parse(fs.readFileSync(process.argv[1], "utf8")).version' "$GITHUB_ACTION_PATH/package.json")
case $VERSION in
  *[!0-9A-Za-z.^~-]*) fail 'the input version must be a version or a tag of mqwarden, such as 1.2.3, ^1.2 or latest' ;;
esac
npm install --prefix "$RUNNER_TEMP/mqwarden" --no-save --no-audit --no-fund --ignore-scripts "mqwarden@$VERSION"
printf '%s\n' "$RUNNER_TEMP/mqwarden/node_modules/.bin" >>"$GITHUB_PATH"

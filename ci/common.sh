# What the scripts of action.yml share. Messages never repeat an input: in a log, lines can be commands.

fail() {
  echo "::error title=mqwarden::$1"
  exit 1
}

# A path from the root of the repository on, where GitHub looks for the files of annotations.
placed() {
  case $1 in
    /*) printf '%s' "$1" ;;
    *) [ "$WORKING_DIRECTORY" = . ] && printf '%s' "$1" || printf '%s/%s' "${WORKING_DIRECTORY%/}" "$1" ;;
  esac
}

# From a fork, or by Dependabot: GitHub gives such a run no secret, and a token that can only read.
without_secrets() {
  [ -n "$PULL_REQUEST" ] &&
    { [ "$HEAD_REPOSITORY" != "$GITHUB_REPOSITORY" ] || [ "${GITHUB_ACTOR:-}" = 'dependabot[bot]' ]; }
}

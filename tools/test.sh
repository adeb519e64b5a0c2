#!/usr/bin/env bash
# ./koda test [FILTER]: installs what the tests need, builds, then runs every check and every test project (those whose name contains
# FILTER). The last line is "N passed, N failed"; the exit code is 0 only when nothing failed.
set -euo pipefail
root="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)"
source "$root/tools/sdk.sh"
cd "$root"
filter="${1:-}"
results="$root/TestResults"
koda="$root/src/Cli/bin/Release/net10.0/koda"
passed=0 failed=0 skipped=0
failures=()

check() { # NAME COMMAND...: one check, counted as one test
  local name="$1" log="$results/check.log"
  shift
  if "$@" >"$log" 2>&1; then
    passed=$((passed + 1))
    echo "ok    $name"
  else
    failed=$((failed + 1))
    failures+=("$name")
    echo "FAIL  $name"
    sed 's/^/      /' "$log"
  fi
}

# What the contract is compared with: the last landed state, not the state that is being tested.
baseline() {
  local here main
  here="$(git rev-parse HEAD)"
  main="$(git rev-parse -q --verify origin/main || git rev-parse -q --verify main || true)"
  if [[ -n "$main" && "$main" != "$here" ]]; then git merge-base HEAD "$main"; else git rev-parse -q --verify HEAD~1; fi
}

openapi_breaking() { # REF
  git cat-file -e "$1:docs/openapi" 2>/dev/null || return 0
  mkdir -p "$results/before" && git archive "$1" docs/openapi | tar -x -C "$results/before" \
    && "$koda" openapi "$results/openapi" --against "$results/before/docs/openapi" --accepted CHANGELOG.md
}

# What each failed test said, without what the passed ones and the servers wrote meanwhile; the end of the log when no test failed.
report_failures() { # LOG
  grep -qE '^ +Failed .* \[' "$1" || { tail -n 40 "$1"; return; }
  awk '/^ +Failed .* \[/ {keep = 1; lines = 0} /^ +(Passed|Skipped) .* \[/ || /^(warn|fail|info|crit): / {keep = 0} keep && lines++ < 40' "$1"
}

run_project() { # PROJECT
  local name log trx total executed p f ok
  name="$(basename "$1" .csproj)"
  log="$results/$name.log" trx="$results/$name.trx"
  rm -f "$trx"
  local start=$SECONDS
  dotnet test "$1" -c Release --no-build --nologo --logger "trx;LogFileName=$trx" --logger "console;verbosity=normal" \
    --blame-hang-timeout 10m --blame-hang-dump-type none >"$log" 2>&1 </dev/null && ok=1 || ok=0
  read -r total executed p f < <(sed -n 's/.*<Counters total="\([0-9]*\)" executed="\([0-9]*\)" passed="\([0-9]*\)" failed="\([0-9]*\)".*/\1 \2 \3 \4/p' "$trx" 2>/dev/null) || true
  if [[ -z "${total:-}" || ($ok -eq 0 && $f -eq 0) ]]; then
    # The runner itself broke: that is a failure even when no test says so.
    failed=$((failed + 1))
    failures+=("$name did not run to its end")
  fi
  passed=$((passed + ${p:-0})) failed=$((failed + ${f:-0})) skipped=$((skipped + ${total:-0} - ${executed:-0}))
  if [[ $ok -eq 1 ]]; then
    echo "ok    $name: ${p:-0} passed, $((${total:-0} - ${executed:-0})) skipped ($((SECONDS - start)) s)"
    grep -E '^\s+(Skipped|\[SKIP\])' "$log" | sed 's/^/      /' || true
  else
    echo "FAIL  $name: ${p:-0} passed, ${f:-0} failed ($((SECONDS - start)) s)"
    report_failures "$log" | sed 's/^/      /' | head -200
    while IFS= read -r line; do failures+=("$name: $line"); done < <(sed -n 's/^ *Failed \([^[]*\) \[.*/\1/p' "$log")
  fi
}

rm -rf "$results"
mkdir -p "$results"
"$root/tools/needs.sh" || { failed=1; failures+=("what the tests need could not be installed"); }

echo "Building ..."
if ! dotnet build Koda.Grpc.sln -c Release -v q --nologo >"$results/build.log" 2>&1 </dev/null; then
  grep -E "error|warning" "$results/build.log" | sort -u | head -60
  echo "The build failed."
  echo "0 passed, 1 failed"
  exit 1
fi

if [[ -z "$filter" ]]; then
  buf="$root/.tools/node_modules/.bin/buf"
  check "buf lint" "$buf" lint
  check "buf format" "$buf" format --diff --exit-code --path protos/koda
  if against="$(baseline)"; then
    check "buf breaking against ${against:0:12}" "$buf" breaking --against ".git#ref=$against"
    check "OpenAPI breaking against ${against:0:12}" openapi_breaking "$against"
  else
    skipped=$((skipped + 2))
    echo "SKIP  breaking changes: this clone holds no earlier state to compare with (a first commit, or a shallow clone)"
  fi
  check "dotnet format src" dotnet format whitespace --verify-no-changes --folder src
  check "dotnet format tests" dotnet format whitespace --verify-no-changes --folder tests
fi

for project in tests/*/*.csproj; do
  [[ "$project" == tests/Testing/* || "$project" != *"$filter"* ]] && continue
  run_project "$project"
done

echo
if ((failed)); then
  echo "Failures:"
  printf '  %s\n' "${failures[@]}"
  echo "Logs: TestResults/"
fi
summary="$passed passed, $failed failed"
((skipped)) && summary="$summary, $skipped skipped"
echo "$summary"
((failed == 0 && passed > 0))

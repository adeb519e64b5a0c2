#!/usr/bin/env bash
# Builds the command line, and with it server and worker, when a source is newer than the last build.
set -euo pipefail
root="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)"
source "$root/tools/sdk.sh"
out="$root/src/Cli/bin/Release"
stamp="$out/.built"

changed() {
  [[ ! -f "$stamp" || ! -x "$out/net10.0/koda" ]] && return 0
  # Folders count too: a deleted file changes nothing else.
  [[ -n "$(find "$root/src" "$root/protos" "$root"/Directory.*.props "$root/global.json" \
    \( -name bin -o -name obj \) -prune -o -newer "$stamp" -print -quit)" ]]
}

changed || exit 0
mkdir -p "$out"
exec 9>"$out/.lock"
if command -v flock >/dev/null; then flock 9; fi
changed || exit 0
echo "koda: building (about a minute the first time) ..." >&2
log="$out/build.log"
# The build makes these, which would change their folders after the stamp.
for project in "$root"/src/*/; do mkdir -p "$project/bin" "$project/obj"; done
touch "$out/.building"
# The build keeps helper processes that outlive it: they must hold neither the caller's pipes nor the lock.
if ! dotnet build "$root/src/Cli/Koda.Cli.csproj" -c Release -v q --nologo >"$log" 2>&1 </dev/null 9>&-; then
  grep -E "error|warning" "$log" | sort -u | head -40 >&2 || true
  echo "koda: the build failed; the whole log is $log" >&2
  exit 1
fi
mv "$out/.building" "$stamp"

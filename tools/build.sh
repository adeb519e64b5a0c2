#!/usr/bin/env bash
# Builds the command line, and with it server and worker, when a source is newer than the last build. What is built is compiled for this machine beforehand,
# so that a start does not wait for the just-in-time compiler.
set -euo pipefail
root="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)"
source "$root/tools/sdk.sh"
out="$root/src/Cli/bin/Release"
stamp="$out/.built"

changed() {
  [[ ! -f "$stamp" || ! -x "$out/app/koda" ]] && return 0
  # Folders count too: a deleted file changes nothing else.
  [[ -n "$(find "$root/src" "$root/protos" "$root"/Directory.*.props "$root/global.json" \
    \( -name bin -o -name obj \) -prune -o -newer "$stamp" -print -quit)" ]]
}

changed || exit 0
mkdir -p "$out"
exec 9>"$out/.lock"
if command -v flock >/dev/null; then flock 9; fi
changed || exit 0
echo "koda: building (a minute or two the first time) ..." >&2
log="$out/build.log"
# The build makes these, which would change their folders after the stamp.
for project in "$root"/protos/ "$root"/src/*/; do mkdir -p "$project/bin" "$project/obj"; done
touch "$out/.building"
# The build keeps helper processes that outlive it: they must hold neither the caller's pipes nor the lock.
# A lock file of its own: for one runtime it has other sections.
publish() { dotnet publish "$root/src/Cli/Koda.Cli.csproj" -c Release --use-current-runtime --no-self-contained -o "$out/app" -p:NuGetLockFilePath=obj/publish.lock.json -v q --nologo "$@" >"$log" 2>&1 </dev/null 9>&-; }
# The compiler that runs beforehand is a package of its own. Where it cannot be had, all works, and starts more slowly.
build() { publish -p:PublishReadyToRun=true || { grep -qi crossgen "$log" && publish; }; }
if ! build; then
  grep -E "error|warning" "$log" | sort -u | head -40 >&2 || true
  echo "koda: the build failed; the whole log is $log" >&2
  exit 1
fi
mv "$out/.building" "$stamp"

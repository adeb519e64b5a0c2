#!/usr/bin/env bash
# tools/release.sh [FOLDER [RUNTIME]]: makes koda-VERSION-RUNTIME.tar.gz with its SHA-256 in FOLDER (TestResults/release; runtime: this machine's). It holds
# the program, which is command line, server and worker in one, with the runtime of .NET, so that the target needs none, and the documents.
set -euo pipefail
root="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)"
source "$root/tools/sdk.sh"
cd "$root"
case "$(uname -m)" in
  x86_64) runtime="${2:-linux-x64}" ;;
  aarch64) runtime="${2:-linux-arm64}" ;;
  *) runtime="${2:?name the runtime, such as linux-x64}" ;;
esac
folder="$(mkdir -p "${1:-TestResults/release}" && cd "${1:-TestResults/release}" && pwd)"
version="$(sed -n 's:.*<Version>\(.*\)</Version>.*:\1:p' Directory.Build.props)"
name="koda-$version-$runtime"
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT

# A lock file of its own: for one runtime it has other sections.
publish() {
  dotnet publish src/Cli/Koda.Cli.csproj -c Release -r "$runtime" --self-contained -o "$work/$name/lib" -p:NuGetLockFilePath=obj/release.lock.json \
    -p:DebugType=none -p:PublishDocumentationFiles=false -v q --nologo "$@" >"$work/log" 2>&1 </dev/null
}
# The compiler that runs beforehand is a package of its own. Where it cannot be had, all works, and starts more slowly.
if ! publish -p:PublishReadyToRun=true && ! { grep -qi crossgen "$work/log" && publish; }; then
  grep -E "error|warning" "$work/log" | sort -u | head -40 >&2 || tail -n 40 "$work/log" >&2
  exit 1
fi
ln -s lib/koda "$work/$name/koda"
cp README.md CHANGELOG.md LICENSE "$work/$name/"
git ls-files -z docs | xargs -0 cp --parents -t "$work/$name"
mkdir -p "$work/$name/share/man/man1"
"$work/$name/koda" man >"$work/$name/share/man/man1/koda.1"
for shell in bash zsh fish; do "$work/$name/koda" completion "$shell" >"$work/$name/share/koda.$shell"; done

tar --sort=name --owner=0 --group=0 --numeric-owner --mtime="@$(git log -1 --format=%ct)" -C "$work" -c "$name" | gzip -n >"$folder/$name.tar.gz"
(cd "$folder" && sha256sum "$name.tar.gz" >"$name.tar.gz.sha256")
echo "$folder/$name.tar.gz"

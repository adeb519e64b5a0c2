#!/usr/bin/env bash
# Installs what the tests need and this machine lacks. What it cannot install it names; the tests that need it say so too.
set -euo pipefail
root="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)"
buf_version=1.75.0

# The packages of the system belong to its own python, whichever one is first on PATH.
has_python_module() { /usr/bin/python3 -c "import $1" 2>/dev/null; }
has_postgres() { command -v initdb >/dev/null || compgen -G "/usr/lib/postgresql/*/bin/initdb" >/dev/null; }

packages=()
command -v git >/dev/null || packages+=(git)
command -v curl >/dev/null || packages+=(curl)
command -v jq >/dev/null || packages+=(jq)
command -v npm >/dev/null || packages+=(nodejs npm)
command -v rg >/dev/null || packages+=(ripgrep)
command -v bwrap >/dev/null || packages+=(bubblewrap)
# What the screens are looked at with.
command -v tmux >/dev/null || packages+=(tmux)
command -v protoc >/dev/null || packages+=(protobuf-compiler)
# The compiler's own protos come apart from it.
[[ -f /usr/include/google/protobuf/descriptor.proto ]] || packages+=(libprotobuf-dev)
command -v grpc_python_plugin >/dev/null || packages+=(protobuf-compiler-grpc)
has_python_module grpc || packages+=(python3-grpcio)
has_python_module google.protobuf || packages+=(python3-protobuf)
command -v go >/dev/null || packages+=(golang-go)
command -v protoc-gen-go >/dev/null || packages+=(protoc-gen-go-1-5)
command -v protoc-gen-go-grpc >/dev/null || packages+=(protoc-gen-go-grpc)
[[ -d /usr/share/gocode/src/google.golang.org/grpc ]] || packages+=(golang-google-grpc-dev)
# The one that is another name for google.golang.org/protobuf; without it the messages of both are strangers to each other.
[[ -f /usr/share/gocode/src/github.com/golang/protobuf/proto/registry.go ]] || packages+=(golang-github-golang-protobuf-1-5-dev)
command -v chromium >/dev/null || packages+=(chromium)
# What judges the files of docs/operations.
command -v nginx >/dev/null || [[ -x /usr/sbin/nginx ]] || packages+=(nginx-light)
command -v caddy >/dev/null || packages+=(caddy)
command -v systemd-analyze >/dev/null || packages+=(systemd)
has_postgres || packages+=(postgresql)

if ((${#packages[@]})); then
  if [[ $EUID -eq 0 ]] && command -v apt-get >/dev/null; then
    echo "Installing ${packages[*]} ..."
    apt-get update -qq
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${packages[@]}" >/dev/null
  else
    echo "Missing, and not installed because that needs root and apt-get: ${packages[*]}" >&2
  fi
fi

if [[ "$("$root/.tools/node_modules/.bin/buf" --version 2>/dev/null)" != "$buf_version" ]]; then
  mkdir -p "$root/.tools"
  npm install --silent --no-audit --no-fund --prefix "$root/.tools" "@bufbuild/buf@$buf_version"
fi

while IFS= read -r manifest; do
  folder="$(dirname "$manifest")"
  if [[ ! -f "$folder/node_modules/.package-lock.json" || "$manifest" -nt "$folder/node_modules/.package-lock.json" ]]; then
    echo "Installing the npm packages of ${folder#"$root"/} ..."
    if [[ -f "$folder/package-lock.json" ]]; then command=ci; else command=install; fi
    npm "$command" --silent --no-audit --no-fund --prefix "$folder"
    touch "$folder/node_modules/.package-lock.json"
  fi
done < <(find "$root/tests" "$root/docs/examples" -name node_modules -prune -o -name package.json -print)

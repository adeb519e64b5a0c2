# Sourced: puts the .NET SDK that global.json asks for on PATH, or says what is missing.
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1 DOTNET_GENERATE_ASPNET_CERTIFICATE=false
if ! command -v dotnet >/dev/null && [[ -x "$HOME/.dotnet/dotnet" ]]; then
  export DOTNET_ROOT="$HOME/.dotnet" PATH="$HOME/.dotnet:$PATH"
fi
if ! (cd "$root" && dotnet --version) >/dev/null 2>&1; then
  echo "koda: needs the .NET 10 SDK, which is not on PATH. Get it from https://dot.net/download, or: apt-get install dotnet-sdk-10.0" >&2
  exit 1
fi

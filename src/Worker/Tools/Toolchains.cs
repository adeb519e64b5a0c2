namespace Koda.Worker.Tools;

/// <summary>
/// The toolchains in the home directory of the worker's user. Commands have another home: they are told where these are, and a sandbox shows
/// the parts of them that hold programs and packages. Other parts may hold what is secret: keys below <c>.dotnet</c>, tokens in <c>.cargo</c>.
/// </summary>
internal static class Toolchains
{
    private static readonly string Home = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);

    private static readonly string[] Parts =
    [
        ".rustup/toolchains", ".rustup/settings.toml", ".rustup/update-hashes", ".cargo/bin", ".cargo/registry", ".cargo/git", ".pyenv", ".nvm/versions", ".volta", ".asdf",
        ".rbenv", ".sdkman/candidates", ".dotnet/dotnet", ".dotnet/host", ".dotnet/shared", ".dotnet/sdk", ".dotnet/sdk-manifests", ".dotnet/packs", ".dotnet/tools", ".nuget/packages", "go/pkg/mod", ".local/share/fnm", ".local/share/mise/installs", ".local/share/uv/python", ".m2/repository",
    ];

    // What a program takes for its own folder when nobody names it, below the home that it has not got.
    private static readonly (string Variable, string Folder)[] Folders =
        [("RUSTUP_HOME", ".rustup"), ("PYENV_ROOT", ".pyenv"), ("GOMODCACHE", "go/pkg/mod"), ("VOLTA_HOME", ".volta"), ("ASDF_DATA_DIR", ".asdf")];

    // What says where a toolchain is.
    private static readonly string[] Told = ["JAVA_HOME", "GOROOT", "DOTNET_ROOT", "RUSTUP_HOME", "PYENV_ROOT"];

    /// <summary>The files and directories that commands may read.</summary>
    public static IEnumerable<string> Readable =>
        Parts.Select(part => $"{Home}/{part}").Concat(Set.Select(variable => variable.Value).Where(IsPublic)).Where(Path.Exists);

    /// <summary>Whether a directory may be shown as a whole.</summary>
    public static bool IsPublic(string directory) => directory != Home && !Parts.Any(part => $"{Home}/{part}".StartsWith(directory + "/", StringComparison.Ordinal));

    /// <summary>The variables that say where they are.</summary>
    public static IEnumerable<KeyValuePair<string, string>> Variables => Folders
        .Select(folder => KeyValuePair.Create(folder.Variable, $"{Home}/{folder.Folder}")).Where(folder => Directory.Exists(folder.Value)).Concat(Set);

    private static IEnumerable<KeyValuePair<string, string>> Set => Told
        .Select(name => KeyValuePair.Create(name, Environment.GetEnvironmentVariable(name) ?? "")).Where(variable => Path.IsPathRooted(variable.Value) && variable.Value.TrimEnd('/').Length > 0);
}

namespace Koda.Worker.Tools;

/// <summary>
/// The toolchains that PATH and some variables name, and those in the home directory of the worker's user. Commands have another home: they
/// are told where these are, and a sandbox shows the parts of them that hold programs and packages. Other parts may hold what is secret:
/// keys below <c>.dotnet</c>, tokens in <c>.cargo</c>.
/// </summary>
internal static class Toolchains
{
    private const string Optional = "/opt";
    private const int OthersWrite = 0b010;

    private static readonly string s_home = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);

    private static readonly string[] s_parts =
    [
        ".rustup/toolchains",
        ".rustup/settings.toml",
        ".rustup/update-hashes",
        ".cargo/bin",
        ".pyenv",
        ".nvm/versions",
        ".volta",
        ".asdf",
        ".rbenv",
        ".sdkman/candidates",
        ".dotnet/dotnet",
        ".dotnet/host",
        ".dotnet/shared",
        ".dotnet/sdk",
        ".dotnet/sdk-manifests",
        ".dotnet/packs",
        ".dotnet/tools",
        ".nuget/packages",
        "go/pkg/mod",
        ".local/share/fnm",
        ".local/share/mise/installs",
        ".local/share/uv/python",
    ];

    // Packages that programs look for in the home directory, and nowhere else without writing there too.
    private static readonly string[] s_caches = [".cargo/registry", ".cargo/git", ".m2/repository"];

    // What a program takes for its own folder when nobody names it, below the home that it has not got.
    private static readonly (string Variable, string Folder)[] s_folders =
    [
        ("RUSTUP_HOME", ".rustup"),
        ("PYENV_ROOT", ".pyenv"),
        ("GOMODCACHE", "go/pkg/mod"),
        ("VOLTA_HOME", ".volta"),
        ("ASDF_DATA_DIR", ".asdf"),
        ("NUGET_PACKAGES", ".nuget/packages"),
    ];

    // What says where a toolchain is.
    private static readonly string[] s_told = ["JAVA_HOME", "GOROOT", "DOTNET_ROOT", "RUSTUP_HOME", "PYENV_ROOT", "NUGET_PACKAGES"];

    /// <summary>What a sandbox shows of them, to be read.</summary>
    public static IEnumerable<Mount> Mounts =>
        [
            .. Executables
                .Path.SelectMany(WithLibraries)
                .Concat(Set.Select(variable => variable.Value.TrimEnd('/')))
                .Distinct()
                .Where(IsPublic)
                .Concat(s_parts.Select(part => $"{s_home}/{part}"))
                .Where(Path.Exists)
                .Select(path => new Mount(path, MountKind.Readable)),
            .. s_caches
                .Where(part => Path.Exists($"{s_home}/{part}"))
                .Select(part => new Mount($"{Sandbox.Home}/{part}", MountKind.Readable, $"{s_home}/{part}")),
        ];

    /// <summary>The variables that say where they are.</summary>
    public static IEnumerable<KeyValuePair<string, string>> Variables =>
        s_folders
            .Select(folder => KeyValuePair.Create(folder.Variable, $"{s_home}/{folder.Folder}"))
            .Where(folder => Directory.Exists(folder.Value))
            .Concat(Set);

    /// <summary>
    /// Whether a directory may be shown as a whole: it holds no home directory, and neither it nor one on the way to it belongs to somebody
    /// else than the machine or the worker's user. Where everybody may write, anything may lie.
    /// </summary>
    public static bool IsPublic(string directory)
    {
        if (!Directory.Exists(directory))
            return false;
        var real = RealPaths.Resolve(directory);
        if (RealPaths.IsWithin(s_home, real)
            || s_parts.Concat(s_caches).Any(part => $"{s_home}/{part}".StartsWith(real + "/", StringComparison.Ordinal)))
            return false;
        if (!OperatingSystem.IsLinux())
            return true;
        if ((NativeFiles.Owner(real).Mode & OthersWrite) != 0)
            return false;
        for (var at = real; at is not null; at = Path.GetDirectoryName(at))
        {
            if (NativeFiles.Owner(at).User is var owner && owner != 0 && owner != CommandUser.Own.Id)
                return false;
        }
        return true;
    }

    // A program of /opt/NAME/bin has its libraries beside it. Of /opt itself only what is named is shown.
    private static IEnumerable<string> WithLibraries(string directory)
    {
        yield return directory;
        if (Path.GetFileName(directory) == "bin"
            && Path.GetDirectoryName(directory) is { } root
            && root != Optional
            && RealPaths.IsWithin(root, Optional))
            yield return root;
    }

    private static IEnumerable<KeyValuePair<string, string>> Set =>
        s_told.Select(name => KeyValuePair.Create(name, Environment.GetEnvironmentVariable(name) ?? ""))
            .Where(variable => Path.IsPathRooted(variable.Value) && variable.Value.TrimEnd('/').Length > 0);
}

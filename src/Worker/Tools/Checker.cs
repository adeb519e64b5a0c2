namespace Koda.Worker.Tools;

/// <summary>A program that says what is wrong with code.</summary>
/// <param name="Name">Its name for people.</param>
/// <param name="Folder">The real path of the directory whose paths it gives.</param>
/// <param name="Command">The program with its arguments.</param>
internal sealed record Checker(string Name, string Folder, IReadOnlyList<string> Command)
{
    private const int MaxPythonFiles = 200;

    /// <summary>The checkers that fit the projects that the paths belong to, and are installed.</summary>
    public static IEnumerable<Checker> For(Workspace workspace, IReadOnlyList<string> paths)
    {
        var folders = paths.Select(path => workspace.Resolve(path)).Select(path => Directory.Exists(path) ? path : Path.GetDirectoryName(path)!).Distinct().ToList();
        return folders.SelectMany(folder => Project(workspace, folder)).Concat(Python(workspace, paths)).DistinctBy(checker => string.Join('\0', checker.Command.Append(checker.Folder)));
    }

    // The project file that is next on the way up to the workspace, of each language.
    private static IEnumerable<Checker> Project(Workspace workspace, string folder)
    {
        if (Nearest(workspace, folder, "tsconfig.json") is { } typescript && TypeScript(workspace, typescript) is { } tsc)
            yield return tsc;
        if (Nearest(workspace, folder, "go.mod") is { } go && Executables.Find("go") is { } goProgram)
            yield return new Checker("go vet", go, [goProgram, "-C", go, "vet", "./..."]);
        if (Nearest(workspace, folder, "Cargo.toml") is { } rust && Executables.Find("cargo") is { } cargo)
            yield return new Checker("cargo check", rust, [cargo, "check", "--offline", "--quiet", "--message-format", "short", "--manifest-path", $"{rust}/Cargo.toml"]);
        if (Nearest(workspace, folder, "*.sln", "*.slnx", "*.csproj", "*.fsproj") is { } dotnet && Executables.Find("dotnet") is { } program)
            yield return new Checker("dotnet build", dotnet, [program, "build", dotnet, "--no-restore", "--nologo", "-v", "q", "-consoleLoggerParameters:NoSummary", "-nodeReuse:false", "-p:UseSharedCompilation=false"]);
    }

    private static Checker? TypeScript(Workspace workspace, string folder)
    {
        var own = new[] { folder, workspace.Root }.Select(directory => $"{directory}/node_modules/.bin/tsc").FirstOrDefault(File.Exists) ?? Executables.Find("tsc");
        return own is null ? null : new Checker("tsc", folder, [own, "--noEmit", "--pretty", "false", "-p", folder]);
    }

    private static IEnumerable<Checker> Python(Workspace workspace, IReadOnlyList<string> paths)
    {
        var files = paths.SelectMany(path => PythonFiles(workspace.Resolve(path))).Take(MaxPythonFiles).ToList();
        if (files.Count == 0)
            yield break;
        if (Executables.Find("pyright") is { } pyright)
            yield return new Checker("pyright", workspace.Root, [pyright, .. files]);
        if (Executables.Find("ruff") is { } ruff)
            yield return new Checker("ruff", workspace.Root, [ruff, "check", "--output-format", "concise", "--no-cache", .. files]);
        else if (Executables.Find("python3") is { } python)
            yield return new Checker("python", workspace.Root, [python, "-c", SyntaxOnly, .. files]);
    }

    // Compiles without writing anything beside the sources.
    private const string SyntaxOnly =
        """
        import sys
        bad = 0
        for name in sys.argv[1:]:
            try:
                compile(open(name, encoding="utf-8").read(), name, "exec")
            except (SyntaxError, ValueError) as error:
                bad = 1
                print(f"{name}:{getattr(error, 'lineno', 1) or 1}:{getattr(error, 'offset', 1) or 1}: error: {getattr(error, 'msg', error)}")
        sys.exit(bad)
        """;

    private static IEnumerable<string> PythonFiles(string path) => File.Exists(path)
        ? path.EndsWith(".py", StringComparison.Ordinal) ? [path] : []
        : FileWalk.Files(new DirectoryInfo(path)).Where(file => file.Extension == ".py" && file.LinkTarget is null).Select(file => file.FullName);

    private static string? Nearest(Workspace workspace, string folder, params string[] patterns)
    {
        for (var at = folder; workspace.Holds(at); at = Path.GetDirectoryName(at) ?? "/")
        {
            if (Directory.Exists(at) && patterns.Any(pattern => Directory.EnumerateFiles(at, pattern).Any()))
                return at;
        }
        return null;
    }
}

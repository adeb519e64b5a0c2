namespace Koda.Worker.Tools;

/// <summary>A program that says what is wrong with code.</summary>
/// <param name="Name">Its name for people.</param>
/// <param name="Folder">The real path of the directory whose paths it gives.</param>
/// <param name="Found">The exit codes by which it says that it looked and found something; 0: it found no error.</param>
/// <param name="Command">The program with its arguments.</param>
internal sealed record Checker(string Name, string Folder, IReadOnlyList<int> Found, IReadOnlyList<string> Command)
{
    private const int MaxPythonFiles = 200;

    /// <summary>The checkers that fit the projects that the paths belong to, and are installed.</summary>
    public static IEnumerable<Checker> For(Workspace workspace, IReadOnlyList<string> paths)
    {
        var folders = paths
            .Select(path => workspace.Resolve(path))
            .Select(path => Directory.Exists(path) ? path : Path.GetDirectoryName(path)!)
            .Distinct()
            .ToList();
        return folders
            .SelectMany(folder => Project(workspace, folder))
            .Concat(Python(workspace, paths))
            .DistinctBy(checker => string.Join('\0', checker.Command.Append(checker.Folder)));
    }

    // The project file that is next on the way up to the workspace, of each language.
    private static IEnumerable<Checker> Project(Workspace workspace, string folder)
    {
        if (Nearest(workspace, folder, "tsconfig.json") is { } typescript && TypeScript(workspace, typescript) is { } tsc)
            yield return tsc;
        if (Nearest(workspace, folder, "eslint.config.js", "eslint.config.mjs", "eslint.config.cjs", "eslint.config.ts", ".eslintrc*")
                is { } javascript
            && EsLint(workspace, javascript) is { } eslint)
            yield return eslint;
        if (Nearest(workspace, folder, "go.mod") is { } go && Executables.Find("go") is { } goProgram)
            yield return new Checker("go vet", go, [1, 2], [goProgram, "-C", go, "vet", "./..."]);
        if (Nearest(workspace, folder, "Cargo.toml") is { } rust && Executables.Find("cargo") is { } cargo)
            yield return new Checker(
                "cargo check",
                rust,
                [101],
                [cargo, "check", "--offline", "--quiet", "--message-format", "short", "--manifest-path", $"{rust}/Cargo.toml"]);
        if (Nearest(workspace, folder, "*.sln", "*.slnx", "*.csproj", "*.fsproj") is { } dotnet
            && Executables.Find("dotnet") is { } program)
            yield return new Checker(
                "dotnet build",
                dotnet,
                [1],
                [
                    program, "build", dotnet, "--no-restore", "--nologo", "-v", "q", "-consoleLoggerParameters:NoSummary",
                    "-nodeReuse:false", "-p:UseSharedCompilation=false",
                ]);
    }

    private static Checker? TypeScript(Workspace workspace, string folder) => Own(workspace, folder, "tsc") is { } own
        ? new Checker("tsc", folder, [1, 2], [own, "--noEmit", "--pretty", "false", "-p", folder])
        : null;

    // No format that it still brings says everything on one line.
    private static Checker? EsLint(Workspace workspace, string folder) =>
        Executables.Find("node") is { } node && Installed(workspace, folder, "node_modules/eslint/package.json") is { } own
            ? new Checker("eslint", folder, [1], [node, "-e", OneLineEach, Path.GetDirectoryName(own)!, folder])
            : null;

    private const string OneLineEach =
        """
        const { ESLint } = require(process.argv[1]);
        const text = message => `${message.severity === 2 ? "error" : "warning"}: ${message.message.replace(/\s+/g, " ")}${message.ruleId ? ` (${message.ruleId})` : ""}`;
        (async () => {
          let bad = 0;
          for (const file of await new ESLint({ cwd: process.argv[2], errorOnUnmatchedPattern: false }).lintFiles(["."])) {
            for (const message of file.messages) console.log(`${file.filePath}:${message.line || 1}:${message.column || 1}: ${text(message)}`);
            bad += file.errorCount;
          }
          process.exitCode = bad ? 1 : 0;
        })().catch(error => { console.error(error.message); process.exitCode = 2; });
        """;

    // What a project installs for itself comes before what the machine has.
    private static string? Own(Workspace workspace, string folder, string program) =>
        Installed(workspace, folder, $"node_modules/.bin/{program}")
        ?? Installed(workspace, folder, $".venv/bin/{program}")
        ?? Executables.Find(program);

    private static string? Installed(Workspace workspace, string folder, string path) =>
        new[] { folder, workspace.Root }.Select(directory => $"{directory}/{path}").FirstOrDefault(File.Exists);

    private static IEnumerable<Checker> Python(Workspace workspace, IReadOnlyList<string> paths)
    {
        var files = paths.SelectMany(path => PythonFiles(workspace, workspace.Resolve(path))).Take(MaxPythonFiles).ToList();
        if (files.Count == 0)
            yield break;
        if (Own(workspace, workspace.Root, "pyright") is { } pyright)
            yield return new Checker("pyright", workspace.Root, [1], [pyright, .. files]);
        if (Own(workspace, workspace.Root, "ruff") is { } ruff)
            yield return new Checker("ruff", workspace.Root, [1], [ruff, "check", "--output-format", "concise", "--no-cache", .. files]);
        else if (Executables.Find("python3") is { } python)
            yield return new Checker("python", workspace.Root, [1], [python, "-c", SyntaxOnly, .. files]);
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

    private static IEnumerable<string> PythonFiles(Workspace workspace, string path) =>
        File.Exists(path)
            ? path.EndsWith(".py", StringComparison.Ordinal)
                ? [path]
                : []
            : new FileWalk(workspace, ignored: false)
                .Files(path)
                .Where(file => file is { IsFile: true, Extension: ".py" })
                .Select(file => file.Path);

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

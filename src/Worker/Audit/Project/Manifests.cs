using System.Text.Json;
using System.Text.RegularExpressions;

namespace Koda.Worker.Audit.Project;

/// <summary>Tells from the files that describe a project what it is.</summary>
internal static partial class Manifests
{
    /// <summary>
    /// What a file says that the project is. Unknown: nothing. Null: it describes a project, and does not say which kind.
    /// </summary>
    public static ProjectKind? KindIn(string path, string text)
    {
        var name = path[(path.LastIndexOf('/') + 1)..];
        return name switch
        {
            "package.json" => OfNode(text),
            "setup.py" or "setup.cfg" or "pyproject.toml" => Scripts().IsMatch(text) ? ProjectKind.Tool : ProjectKind.Library,
            "manage.py" or "wsgi.py" or "asgi.py" or "Procfile" or "Dockerfile" or "docker-compose.yml" or "Startup.cs" =>
                ProjectKind.Application,
            "__main__.py" => ProjectKind.Tool,
            "go.mod" or "go.work" or "requirements.txt" or "Pipfile" => null,
            _ when name.EndsWith(".csproj", StringComparison.OrdinalIgnoreCase) => text.Contains(
                "Sdk.Web",
                StringComparison.OrdinalIgnoreCase)
                ? ProjectKind.Application
            : Program().IsMatch(text) ? ProjectKind.Tool
            : ProjectKind.Library,
            _ when name.EndsWith(".go", StringComparison.Ordinal) && CommandLine().IsMatch(text) => ProjectKind.Tool,
            _ => InstalledPath().IsMatch(path) ? null : ProjectKind.Unknown,
        };
    }

    // What is published to be used or run is named so; what is deployed is private, or is only started.
    private static ProjectKind? OfNode(string text)
    {
        try
        {
            using var json = JsonDocument.Parse(
                text, new JsonDocumentOptions { AllowTrailingCommas = true, CommentHandling = JsonCommentHandling.Skip });
            if (json.RootElement is not { ValueKind: JsonValueKind.Object } package)
                return null;
            if (package.TryGetProperty("bin", out _) || package.TryGetProperty("preferGlobal", out _))
                return ProjectKind.Tool;
            var isPrivate = package.TryGetProperty("private", out var value) && value.ValueKind == JsonValueKind.True;
            var isStarted =
                package.TryGetProperty("scripts", out var scripts)
                && scripts.ValueKind == JsonValueKind.Object
                && scripts.TryGetProperty("start", out _);
            return
                isPrivate
                || isStarted
                || !(
                    package.TryGetProperty("main", out _)
                    || package.TryGetProperty("exports", out _)
                    || package.TryGetProperty("files", out _))
                ? ProjectKind.Application
                : ProjectKind.Library;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    [GeneratedRegex(
        @"console_scripts|gui_scripts|^\[(?:project|tool\.poetry)\.scripts\]|\bscripts\s*=",
        RegexOptions.Multiline | RegexOptions.NonBacktracking)]
    private static partial Regex Scripts();

    [GeneratedRegex(@"<OutputType>\s*(?:Win)?Exe", RegexOptions.IgnoreCase | RegexOptions.NonBacktracking)]
    private static partial Regex Program();

    [GeneratedRegex(@"\b(?:flag|pflag|kingpin)\.Parse\(|\bcobra\.Command\b|\bcli\.(?:App|Command)\b", RegexOptions.NonBacktracking)]
    private static partial Regex CommandLine();

    // Where packages are installed there are no manifests.
    [GeneratedRegex(@"(?:^|/)(?:dist-packages|gocode/src)/", RegexOptions.NonBacktracking)]
    private static partial Regex InstalledPath();
}

using System.Text.RegularExpressions;

namespace Koda.Worker.Providers.Offline.Security;

/// <summary>What a file is for.</summary>
internal enum FileRole
{
    Source,
    Example,
    Tooling,
    Test,
    Documentation,

    /// <summary>Compiled or bundled from sources.</summary>
    Built,

    /// <summary>Made by a tool or by others: minified, vendored, locked.</summary>
    Generated,
}

/// <summary>What the path of a file tells.</summary>
/// <param name="Role">What it is for.</param>
/// <param name="Languages">js, py, cs, go, html, config, env, dockerfile, nginx, sh; none when it is something else.</param>
internal sealed partial record FileFacts(FileRole Role, IReadOnlyList<string> Languages)
{
    public static FileFacts Of(string path)
    {
        var name = path[(path.LastIndexOf('/') + 1)..];
        return new FileFacts(RoleOf(path, name), LanguagesOf(name));
    }

    private static FileRole RoleOf(string path, string name)
    {
        if (GeneratedPath().IsMatch(path))
            return FileRole.Generated;
        if (BuiltPath().IsMatch(path))
            return FileRole.Built;
        if (TestPath().IsMatch(path))
            return FileRole.Test;
        if (DocumentationPath().IsMatch(path))
            return FileRole.Documentation;
        if (ExamplePath().IsMatch(path))
            return FileRole.Example;
        return ToolingPath().IsMatch(path) || ToolingName().IsMatch(name) ? FileRole.Tooling : FileRole.Source;
    }

    private static IReadOnlyList<string> LanguagesOf(string name)
    {
        if (name.StartsWith("Dockerfile", StringComparison.OrdinalIgnoreCase) || name.EndsWith(".dockerfile", StringComparison.OrdinalIgnoreCase))
            return ["dockerfile"];
        if (name.StartsWith(".env", StringComparison.OrdinalIgnoreCase) || name.EndsWith(".env", StringComparison.OrdinalIgnoreCase))
            return ["env", "config"];
        return Path.GetExtension(name).ToLowerInvariant() switch
        {
            ".js" or ".jsx" or ".mjs" or ".cjs" or ".ts" or ".tsx" or ".mts" or ".cts" => ["js"],
            ".vue" or ".svelte" => ["js", "html"],
            ".py" => ["py"],
            ".cs" => ["cs"],
            ".cshtml" or ".razor" => ["cs", "html"],
            ".go" => ["go"],
            ".html" or ".htm" or ".ejs" or ".hbs" or ".handlebars" or ".mustache" or ".njk" or ".jinja" or ".j2" or ".tmpl" => ["html"],
            ".json" or ".yaml" or ".yml" or ".toml" or ".ini" or ".properties" or ".config" or ".xml" => ["config"],
            ".conf" or ".nginx" => ["nginx", "config"],
            ".sh" or ".bash" => ["sh"],
            _ => [],
        };
    }

    [GeneratedRegex(@"(?:^|/)(?:node_modules|bower_components|vendor|third_party|coverage|\.next|bin/(?:Debug|Release)|obj)/|\.min\.\w+$|\.(?:map|lock|snap|svg)$|(?:^|/)(?:package-lock\.json|npm-shrinkwrap\.json|pnpm-lock\.yaml|go\.sum)$|\.(?:designer|g)\.cs$|_pb2?\.(?:py|go)$|\.pb\.go$|\.d\.[mc]?ts$", RegexOptions.IgnoreCase)]
    private static partial Regex GeneratedPath();

    [GeneratedRegex(@"(?:^|/)(?:dist|build|out)/", RegexOptions.IgnoreCase)]
    private static partial Regex BuiltPath();

    [GeneratedRegex(@"(?:^|/)(?:tests?|__tests__|specs?|e2e|fixtures?|__mocks__|mocks?|testdata|cypress)/|[._-](?:test|spec)s?\.\w+$|(?:^|/)test_[^/]*\.py$|Tests?\.cs$|\.Tests?/", RegexOptions.IgnoreCase)]
    private static partial Regex TestPath();

    [GeneratedRegex(@"(?:^|/)(?:docs?|documentation|man)/|\.(?:md|markdown|mdx|rst|txt|adoc)$|(?:^|/)(?:LICENSE|NOTICE|CHANGELOG|HISTORY|AUTHORS)[^/]*$", RegexOptions.IgnoreCase)]
    private static partial Regex DocumentationPath();

    [GeneratedRegex(@"(?:^|/)(?:examples?|samples?|demos?|playground|bench(?:marks?)?)/", RegexOptions.IgnoreCase)]
    private static partial Regex ExamplePath();

    [GeneratedRegex(@"(?:^|/)(?:scripts?|tools?|tooling|\.husky)/", RegexOptions.IgnoreCase)]
    private static partial Regex ToolingPath();

    [GeneratedRegex(@"^(?:Jakefile|Gruntfile|Gulpfile|Rakefile|Makefile|rollup|webpack|vite|jest|karma|babel|eslint|tsup|esbuild)\b[^/]*$|\.config\.[mc]?[jt]s$|^setup\.py$|^\.[a-z]+rc", RegexOptions.IgnoreCase)]
    private static partial Regex ToolingName();
}

using System.Text.RegularExpressions;

namespace Koda.Worker.Audit.Scan;

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

/// <summary>Tells from a path what a file is for.</summary>
internal static partial class FileRoles
{
    public static FileRole Of(string path)
    {
        var name = path[(path.LastIndexOf('/') + 1)..];
        return RoleOf(path, name);
    }

    private static FileRole RoleOf(string path, string name)
    {
        if (GeneratedPath().IsMatch(path))
            return FileRole.Generated;
        if (DocumentationPath().IsMatch(path))
            return FileRole.Documentation;
        if (BuiltPath().IsMatch(path))
            return FileRole.Built;
        if (TestPath().IsMatch(path))
            return FileRole.Test;
        if (ExamplePath().IsMatch(path))
            return FileRole.Example;
        return ToolingPath().IsMatch(path) || ToolingName().IsMatch(name) ? FileRole.Tooling : FileRole.Source;
    }

    [GeneratedRegex(@"(?:^|/)(?:node_modules|bower_components|vendors?|third_party|coverage|\.next|bin/(?:Debug|Release)|obj|\.venv|venv|site-packages|__pycache__|\.git|jspm_packages|\.nuxt|\.svelte-kit|\.tox|\.yarn)/|(?:^|/)(?:static|public|assets)/(?:[^/]+/)*libs/|\.min\.\w+$|(?:^|/)jquery(?:[.-][\w.]+)?\.js$|\.(?:map|lock|snap|svg)$|(?:^|/)(?:package-lock\.json|npm-shrinkwrap\.json|pnpm-lock\.yaml|go\.sum)$|\.(?:designer|g)\.cs$|_pb2?\.(?:py|go)$|\.pb\.go$|\.d\.[mc]?ts$", RegexOptions.IgnoreCase)]
    private static partial Regex GeneratedPath();

    [GeneratedRegex(@"(?:^|/)(?:dist|build|built|out)/", RegexOptions.IgnoreCase)]
    private static partial Regex BuiltPath();

    [GeneratedRegex(@"(?:^|/)(?:tests?|test_\w+|__tests__|specs?|e2e|fixtures?|__mocks__|mocks?|testdata|cypress)/|[._-](?:test|spec)s?\.\w+$|(?:^|/)(?:test_[^/]*|conftest)\.py$|(?:^|/)tests?\.\w+$|(?:^|/)settings/(?:dev\w*|tests?|testing|ci)\.py$|Tests?\.cs$|\.Tests?/", RegexOptions.IgnoreCase)]
    private static partial Regex TestPath();

    [GeneratedRegex(@"(?:^|/)(?:docs?|documentation|man|locales?|i18n|l10n|translations?|langs?)/|\.(?:md|markdown|mdx|rst|txt|adoc)$|(?:^|/)(?:LICENSE|NOTICE|CHANGELOG|HISTORY|AUTHORS)[^/]*$", RegexOptions.IgnoreCase)]
    private static partial Regex DocumentationPath();

    [GeneratedRegex(@"(?:^|/)(?:examples?|samples?|demos?|playground|bench(?:marks?)?)/", RegexOptions.IgnoreCase)]
    private static partial Regex ExamplePath();

    [GeneratedRegex(@"(?:^|/)(?:scripts?|tools?|tooling|\.husky)/", RegexOptions.IgnoreCase)]
    private static partial Regex ToolingPath();

    [GeneratedRegex(@"^(?:Jakefile|Gruntfile|Gulpfile|Rakefile|Makefile|rollup|webpack|vite|jest|karma|babel|eslint|tsup|esbuild)\b[^/]*$|\.config\.[mc]?[jt]s$|^setup\.py$|^\.[a-z]+rc", RegexOptions.IgnoreCase)]
    private static partial Regex ToolingName();
}

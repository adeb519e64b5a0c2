using System.Text.RegularExpressions;
using Koda.Worker.Audit.Code;

namespace Koda.Worker.Audit.Scan;

/// <summary>What a file is for.</summary>
internal enum FileRole
{
    Source,
    Example,

    /// <summary>A copy of another project's library.</summary>
    Copied,

    Tooling,
    Test,
    Documentation,

    /// <summary>Compiled or bundled from sources.</summary>
    Built,

    /// <summary>Made by a tool or by others: minified, vendored, locked.</summary>
    Generated,
}

/// <summary>Tells what a file is for.</summary>
internal static partial class FileRoles
{
    private const int LongestBanner = 600;

    /// <summary>What its path says.</summary>
    public static FileRole Of(string path)
    {
        var name = path[(path.LastIndexOf('/') + 1)..];
        return RoleOf(path, name);
    }

    /// <summary>What its text says besides: what uses a framework for tests is a test, what is left out of the build is a tool.</summary>
    public static FileRole Of(FileRole role, Language language, string text) => role is not FileRole.Source ? role : language switch
    {
        Language.Go when GoTest().IsMatch(text) => FileRole.Test,
        Language.Go when GoIgnored().IsMatch(text) => FileRole.Tooling,
        Language.Go when GoDebug().IsMatch(text) => FileRole.Example,
        Language.Py when PythonTest().IsMatch(text) => FileRole.Test,
        Language.Js when ScriptTest().IsMatch(text) => FileRole.Test,
        Language.Js when Bundle().IsMatch(text) => FileRole.Copied,
        Language.Js when Banner().IsMatch(text.AsSpan(0, Math.Min(text.Length, LongestBanner))) => FileRole.Copied,
        Language.Cs when SharpTest().IsMatch(text) => FileRole.Test,
        _ => role,
    };

    /// <summary>The scripts that lie there minified too, as libraries do that are copied.</summary>
    public static HashSet<string> Minified(IEnumerable<string> paths) =>
        [.. paths.Where(path => MinifiedName().IsMatch(path)).Select(Unminified)];

    /// <summary>The path of a script as it is called before it is minified.</summary>
    public static string Unminified(string path) => MinifiedName().Replace(path, ".js");

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

    [GeneratedRegex(
        @"(?:^|/)(?:node_modules|bower_components|vendors?|third_party|coverage|\.next|bin/(?:Debug|Release)|obj|\.venv|venv|site-packages|__pycache__|\.git|jspm_packages|\.nuxt|\.svelte-kit|\.tox|\.yarn)/|(?:^|/)(?:static|public|assets)/(?:[^/]+/)*libs/|[.-]min\.\w+$|(?:^|/)jquery(?:[.-][\w.]+)?\.js$|\.(?:map|lock|snap|svg)$|(?:^|/)(?:package-lock\.json|npm-shrinkwrap\.json|pnpm-lock\.yaml|go\.sum)$|\.(?:designer|g)\.cs$|_pb2?\.(?:py|go)$|\.pb\.go$|\.d\.[mc]?ts$",
        RegexOptions.IgnoreCase)]
    private static partial Regex GeneratedPath();

    [GeneratedRegex(@"[.-](?:min|debug)\.js$", RegexOptions.IgnoreCase | RegexOptions.NonBacktracking)]
    private static partial Regex MinifiedName();

    [GeneratedRegex(@"(?:^|/)(?:dist|build|built|out)/", RegexOptions.IgnoreCase)]
    private static partial Regex BuiltPath();

    [GeneratedRegex(
        @"(?:^|/)(?:tests?|test_\w+|__tests__|specs?|e2e|fixtures?|__mocks__|mocks?|testdata|test_?db|cypress|functional|acceptance|integration|\w+-test-\w+|test(?:ing|utils?|suite|apps?|sites?|projects?|prox(?:y|ies)|servers?|clients?|[-_]\w+)|(?:\w+[-_])?tests?|(?!latest|contest|greatest|fastest)[a-z]+tests?)/|[._-](?:test|spec)s?\.\w+$|(?:^|/)(?:test_[^/]*|conftest)\.py$|(?:^|/)tests?\.\w+$|(?:^|/)settings/(?:dev\w*|tests?|testing|ci)\.py$|Tests?\.cs$|\.Tests?/",
        RegexOptions.IgnoreCase)]
    private static partial Regex TestPath();

    [GeneratedRegex(@"^(?:import )?\s*""testing""", RegexOptions.Multiline | RegexOptions.NonBacktracking)]
    private static partial Regex GoTest();

    [GeneratedRegex(@"^//(?:go:build| \+build) ignore\b", RegexOptions.Multiline | RegexOptions.NonBacktracking)]
    private static partial Regex GoIgnored();

    // What only a build for its developers holds.
    [GeneratedRegex(@"^//(?:go:build| \+build) (?:debug|profile)\b", RegexOptions.Multiline | RegexOptions.NonBacktracking)]
    private static partial Regex GoDebug();

    [GeneratedRegex(@"^(?:import|from) (?:pytest|unittest|nose)\b", RegexOptions.Multiline | RegexOptions.NonBacktracking)]
    private static partial Regex PythonTest();

    [GeneratedRegex(
        @"(?:require\(|from )['""](?:mocha|chai|tap|tape|ava|vitest|supertest|sinon|should|node:test|@jest/globals|@playwright/test)['""]",
        RegexOptions.NonBacktracking)]
    private static partial Regex ScriptTest();

    // What bundlers put around the libraries that they put together, and the library that most pages hold.
    [GeneratedRegex(
        @"\brequire\.modules\[|\b__webpack_require__\b|\d+: ?\[function\(require, ?module, ?exports\)|\* jQuery JavaScript Library v",
        RegexOptions.NonBacktracking)]
    private static partial Regex Bundle();

    // The name, the version and the licence of a library, in a comment that tools keep.
    [GeneratedRegex(
        @"^\s*/\*(?:!|[^;{}]*@preserve)[^;{}]*(?:\d+\.\d+[^;{}]*(?:licen[sc]e|\(c\)|copyright|©)|(?:licen[sc]e|\(c\)|copyright|©)[^;{}]*\d+\.\d+\.\d+)|^\s*/\*[^;{}]*@licen[sc]e +\S+ +v?\d+\.\d+",
        RegexOptions.IgnoreCase | RegexOptions.NonBacktracking)]
    private static partial Regex Banner();

    [GeneratedRegex(
        @"^using (?:NUnit\.Framework|Xunit|Microsoft\.VisualStudio\.TestTools)\b", RegexOptions.Multiline | RegexOptions.NonBacktracking)]
    private static partial Regex SharpTest();

    [GeneratedRegex(
        @"(?:^|/)(?:docs?|documentation|man|locales?|i18n|l10n|translations?|langs?)/|\.(?:md|markdown|mdx|rst|txt|adoc)$|(?:^|/)(?:LICENSE|NOTICE|CHANGELOG|HISTORY|AUTHORS)[^/]*$",
        RegexOptions.IgnoreCase)]
    private static partial Regex DocumentationPath();

    [GeneratedRegex(
        @"(?:^|/)(?:examples?|samples?|demos?|playground|bench(?:marks?|ing)?|stress|load_?tests?|contrib|hack|misc|sandbox|tutorials?)/|(?:^|/)[^/]*(?:localhost|snake-?oil|self-?signed|dummy|example|sample)[^/]*\.(?:key|pem|crt|cer)$",
        RegexOptions.IgnoreCase)]
    private static partial Regex ExamplePath();

    [GeneratedRegex(
        @"(?:^|/)(?:scripts?|tools?|tooling|\.husky|\.github|\.circleci|\.gitlab|ci|debian|packaging|management/commands|migrations)/",
        RegexOptions.IgnoreCase)]
    private static partial Regex ToolingPath();

    [GeneratedRegex(
        @"^(?:Jakefile|Gruntfile|Gulpfile|Rakefile|Makefile|rollup|webpack|vite|jest|karma|babel|eslint|tsup|esbuild)\b[^/]*$|\.config\.[mc]?[jt]s$|^setup\.py$|^\.[a-z]+rc",
        RegexOptions.IgnoreCase)]
    private static partial Regex ToolingName();
}

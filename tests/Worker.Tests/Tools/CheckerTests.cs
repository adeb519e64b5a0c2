using System.Runtime.CompilerServices;
using Koda.Worker.Tools;
using Xunit;

namespace Koda.Worker.Tests.Tools;

/// <summary>The checkers that people have, each on a small package with one fault, as commands run them: in a sandbox where there is one.</summary>
public sealed class CheckerTests : IDisposable
{
    private static readonly string Modules = Path.GetFullPath(Path.Combine(Here(), "../node/node_modules"));

    private readonly TempWorkspace _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [MemberData(nameof(WithAndWithoutSandbox))]
    public async Task Tsc_finds_a_wrong_type(bool sandbox)
    {
        Install();
        _folder.Write("tsconfig.json", """{"compilerOptions": {"strict": true}, "include": ["src"]}""");
        _folder.Write("src/good.ts", "export const n: number = 1;\n");
        _folder.Write("src/bad.ts", "import { n } from './good';\nexport const s: string = n;\n");
        Assert.Matches(@"^src/bad\.ts:2:14: error TS2322: .*\n\(checked by tsc\)$", await CheckAsync(sandbox));
        Assert.StartsWith("No problem found.", await CheckAsync(sandbox, "src/good.ts"));
    }

    [Theory]
    [MemberData(nameof(WithAndWithoutSandbox))]
    public async Task Eslint_finds_what_the_projects_rules_forbid(bool sandbox)
    {
        Install();
        _folder.Write("eslint.config.mjs", """export default [{ rules: { "no-undef": "error", "no-unused-vars": "warn" } }];""");
        _folder.Write("a.js", "const a = missing;\n");
        Assert.Equal("a.js:1:7: warning: 'a' is assigned a value but never used. (no-unused-vars)\na.js:1:11: error: 'missing' is not defined. (no-undef)\n(checked by eslint)", await CheckAsync(sandbox));
    }

    [Theory]
    [MemberData(nameof(WithAndWithoutSandbox))]
    public async Task Pyright_finds_a_wrong_type(bool sandbox)
    {
        Install();
        _folder.Write("pkg/bad.py", "def length(text: str) -> int:\n    return text\n");
        var found = await CheckAsync(sandbox, "pkg");
        Assert.Contains("pkg/bad.py:2:12: error: Type \"str\" is not assignable to return type \"int\"", found);
        Assert.Contains("(checked by pyright", found);
    }

    [Theory]
    [MemberData(nameof(WithAndWithoutSandbox))]
    public async Task Dotnet_build_finds_a_wrong_type(bool sandbox)
    {
        _folder.Write("app/app.csproj", """<Project Sdk="Microsoft.NET.Sdk"><PropertyGroup><TargetFramework>net10.0</TargetFramework></PropertyGroup></Project>""");
        _folder.Write("app/Bad.cs", "internal static class Bad\n{\n    public static readonly int N = \"x\";\n}\n");
        await new Command(_folder.Context with { CommandTimeout = TimeSpan.FromMinutes(2) }, writable: true).RunAsync(["dotnet", "restore", $"{_folder.Root}/app"], null, CancellationToken.None);
        Assert.Contains("app/Bad.cs:3:36: error CS0029: ", await CheckAsync(sandbox, "app"));
    }

    [ProgramTheory("cargo")]
    [MemberData(nameof(WithAndWithoutSandbox))]
    public async Task Cargo_check_finds_a_wrong_type(bool sandbox)
    {
        _folder.Write("Cargo.toml", "[package]\nname = \"bad\"\nversion = \"0.1.0\"\nedition = \"2021\"\n");
        _folder.Write("src/main.rs", "fn main() {\n    let n: i32 = \"x\";\n}\n");
        Assert.Matches(@"src/main\.rs:2:18: error\[E0308\]: mismatched types", await CheckAsync(sandbox));
    }

    public static TheoryData<bool> WithAndWithoutSandbox() => TestSandbox.Why is null ? [false, true] : [false];

    private void Install() => Directory.CreateSymbolicLink(Path.Combine(_folder.Root, "node_modules"), Modules);

    private async Task<string> CheckAsync(bool sandbox, params string[] paths)
    {
        _folder.Context = _folder.Context with
        {
            Sandbox = sandbox ? await Sandbox.DetectAsync([Modules]) : Sandbox.Off("A test without one."),
            CommandTimeout = TimeSpan.FromMinutes(2),
        };
        var list = string.Join(", ", (paths.Length == 0 ? ["."] : paths).Select(path => $"\"{path}\""));
        return (await _folder.RunAsync(new LspTool(), $$"""{"paths": [{{list}}]}""")).Text;
    }

    private static string Here([CallerFilePath] string here = "") => Path.GetDirectoryName(here)!;
}

/// <summary>A test of a program that not every machine has. Without it, it is reported as skipped.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class ProgramTheoryAttribute : TheoryAttribute
{
    public ProgramTheoryAttribute(string program) => Skip = Executables.Find(program) is null ? $"There is no {program} here." : null;
}

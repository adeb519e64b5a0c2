using System.Diagnostics;
using System.Runtime.CompilerServices;
using Koda.Worker.Tools;
using Xunit;

namespace Koda.Worker.Tests.Tools;

/// <summary>
/// The checkers that people have, each on a small package with one fault, as commands run them: in a sandbox where there is one.
/// </summary>
public sealed class CheckerTests : IDisposable
{
    private static readonly string s_modules = Path.GetFullPath(Path.Combine(Here(), "../node/node_modules"));

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
        Assert.Matches(@"^src/bad\.ts:2:14: error TS2322: .*\n\(checked by tsc\)$", await Check(sandbox));
        Assert.StartsWith("No problem found.", await Check(sandbox, "src/good.ts"));
    }

    [Theory]
    [MemberData(nameof(WithAndWithoutSandbox))]
    public async Task Eslint_finds_what_the_projects_rules_forbid(bool sandbox)
    {
        Install();
        _folder.Write("eslint.config.mjs", """export default [{ rules: { "no-undef": "error", "no-unused-vars": "warn" } }];""");
        _folder.Write("a.js", "const a = missing;\n");
        Assert.Equal(
            "a.js:1:7: warning: 'a' is assigned a value but never used. (no-unused-vars)\na.js:1:11: error: 'missing' is not defined. (no-undef)\n(checked by eslint)",
            await Check(sandbox));
    }

    [Theory]
    [MemberData(nameof(WithAndWithoutSandbox))]
    public async Task Pyright_finds_a_wrong_type(bool sandbox)
    {
        Install();
        _folder.Write("pkg/bad.py", "def length(text: str) -> int:\n    return text\n");
        var found = await Check(sandbox, "pkg");
        Assert.Contains("pkg/bad.py:2:12: error: Type \"str\" is not assignable to return type \"int\"", found);
        Assert.Contains("(checked by pyright", found);
    }

    [Theory]
    [MemberData(nameof(WithAndWithoutSandbox))]
    public async Task Dotnet_build_finds_a_wrong_type(bool sandbox)
    {
        _folder.Write(
            "app/app.csproj",
            """<Project Sdk="Microsoft.NET.Sdk"><PropertyGroup><TargetFramework>net10.0</TargetFramework></PropertyGroup></Project>"""
        );
        _folder.Write("app/Bad.cs", "internal static class Bad\n{\n    public static readonly int N = \"x\";\n}\n");
        await new Command(_folder.Context with { CommandTimeout = TimeSpan.FromMinutes(2) }, writable: true).Run(
            ["dotnet", "restore", $"{_folder.Root}/app"], null, CancellationToken.None);
        Assert.Contains("app/Bad.cs:3:36: error CS0029: ", await Check(sandbox, "app"));
    }

    [ProgramTheory("cargo", "--version")]
    [MemberData(nameof(WithAndWithoutSandbox))]
    public async Task Cargo_check_finds_a_wrong_type(bool sandbox)
    {
        _folder.Write("Cargo.toml", "[package]\nname = \"bad\"\nversion = \"0.1.0\"\nedition = \"2021\"\n");
        _folder.Write("src/main.rs", "fn main() {\n    let n: i32 = \"x\";\n}\n");
        Assert.Matches(@"src/main\.rs:2:18: error\[E0308\]: mismatched types", await Check(sandbox));
    }

    [Theory]
    [InlineData("exit 0", "No problem found.\n(checked by tsc)")]
    [InlineData("echo 'a.ts(1,2): error TS1: bad'; exit 2", "a.ts:1:2: error TS1: bad\n(checked by tsc)")]
    [InlineData("exit 1", "Not checked: tsc failed with exit code 1 and named nothing in the workspace.")]
    [InlineData(
        "echo 'error: no toolchain is chosen' >&2; exit 1",
        "Not checked: tsc failed with exit code 1 and named nothing in the workspace:\nerror: no toolchain is chosen")]
    [InlineData(
        "echo '/usr/tool(2,5): error: not restored'; exit 1",
        "/usr/tool:2:5: error: not restored\nNot checked: tsc failed with exit code 1 and named nothing in the workspace:\n/usr/tool(2,5): error: not restored"
    )]
    [InlineData(
        "echo 'a.ts(1,2): error TS1: bad'; exit 70",
        "a.ts:1:2: error TS1: bad\nNot checked: tsc failed with exit code 70:\na.ts(1,2): error TS1: bad")]
    [InlineData("exit 126", "Not checked: tsc could not be started.")]
    [InlineData("exit 127", "Not checked: tsc could not be started.")]
    [InlineData("exit 137", "Not checked: tsc was killed by signal 9.")]
    public async Task Only_what_was_checked_to_the_end_is_without_a_problem(string script, string told)
    {
        Program("tsc", script);
        _folder.Write("tsconfig.json", "{}");
        _folder.Write("a.ts", "");

        var result = await _folder.Run(new LspTool(), "{}");

        Assert.Equal((told, told.Contains("Not checked")), (result.Text, result.IsError));
    }

    [Fact]
    public async Task A_program_that_is_none_is_told_as_such()
    {
        File.Delete(Program("tsc", ""));
        File.WriteAllBytes(Path.Combine(_folder.Root, "node_modules/.bin/tsc"), [0x7F, (byte)'E', (byte)'L', (byte)'F', 0]);
        File.SetUnixFileMode(Path.Combine(_folder.Root, "node_modules/.bin/tsc"), UnixFileMode.UserRead | UnixFileMode.UserExecute);
        _folder.Write("tsconfig.json", "{}");
        var result = await _folder.Run(new LspTool(), "{}");
        Assert.DoesNotContain("No problem found", result.Text);
        Assert.True(result.IsError);
    }

    [Fact]
    public async Task One_that_failed_does_not_hide_what_another_found()
    {
        Program("tsc", "exit 127");
        Program("pyright", "exit 0");
        Program("ruff", "echo 'b.py:1:1: F401 unused'; exit 1");
        _folder.Write("tsconfig.json", "{}");
        _folder.Write("b.py", "import os\n");
        Assert.Equal(
            "b.py:1:1: F401 unused\n(checked by pyright, ruff)\nNot checked: tsc could not be started.",
            (await _folder.Run(new LspTool(), "{}")).Text);
    }

    private string Program(string name, string script)
    {
        var path = _folder.Write($"node_modules/.bin/{name}", $"#!/bin/sh\n{script}\n");
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        return path;
    }

    public static TheoryData<bool> WithAndWithoutSandbox() => TestSandbox.Why is null ? [false, true] : [false];

    private void Install() => Directory.CreateSymbolicLink(Path.Combine(_folder.Root, "node_modules"), s_modules);

    private async Task<string> Check(bool sandbox, params string[] paths)
    {
        _folder.Context = _folder.Context with
        {
            Sandbox = sandbox ? await Sandbox.Detect([s_modules]) : Sandbox.Off("A test without one."),
            CommandTimeout = TimeSpan.FromMinutes(2),
        };
        var list = string.Join(", ", (paths.Length == 0 ? ["."] : paths).Select(path => $"\"{path}\""));
        return (await _folder.Run(new LspTool(), $$"""{"paths": [{{list}}]}""")).Text;
    }

    private static string Here([CallerFilePath] string here = "") => Path.GetDirectoryName(here)!;
}

/// <summary>A test of a program that not every machine has, or has only the name of. Without it, it is reported as skipped.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class ProgramTheoryAttribute : TheoryAttribute
{
    public ProgramTheoryAttribute(string program, string works) => Skip = Executables.Find(program) is not { } path
        ? $"There is no {program} here."
        : Runs(path, works) ? null : $"{program} does not run here.";

    private static bool Runs(string program, string argument)
    {
        var start = new ProcessStartInfo(program, [argument]) { RedirectStandardOutput = true, RedirectStandardError = true };
        using var home = new TempWorkspace();
        start.Environment.Clear();
        foreach (var (name, value) in CommandEnvironment.Create(home.Root))
            start.Environment[name] = value;
        using var process = Process.Start(start)!;
        process.WaitForExit();
        return process.ExitCode == 0;
    }
}

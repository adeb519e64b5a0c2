using System.Diagnostics;
using Xunit;

namespace Koda.Follow.Tests;

/// <summary>
/// The programs that are not ours, with their packages and with clients generated from the protos, made once for all tests.
/// </summary>
public sealed class Peers : IAsyncLifetime
{
    internal const string Python = "/usr/bin/python3";

    private static readonly TimeSpan s_limit = TimeSpan.FromMinutes(5);
    private static readonly Lazy<Task> s_prepared = new(Prepare);

    // The scripts run where they are kept, so that their packages are installed once and not for each build.
    private static readonly string s_folder = ProjectFolder();
    private static readonly string s_stubs = Directory.CreateTempSubdirectory("koda-follow-").FullName;

    public Task InitializeAsync() => s_prepared.Value;

    public Task DisposeAsync() => Task.CompletedTask;

    internal Process Start(string program, params string[] arguments) => StartIn(s_folder, program, arguments);

    /// <summary>Runs a program to its end and gives what it printed.</summary>
    internal Task<string> Run(string program, params string[] arguments) => RunIn(s_folder, program, arguments);

    private static async Task Prepare()
    {
        AppDomain.CurrentDomain.ProcessExit += (_, _) => Directory.Delete(s_stubs, recursive: true);
        var node = Path.Combine(s_folder, "node");
        if (!Directory.Exists(Path.Combine(node, "node_modules")))
            await RunIn(node, "npm", "install", "--no-audit", "--no-fund");
        var generated = Directory.CreateDirectory(Path.Combine(node, "gen")).FullName;
        var protos = Path.GetFullPath(Path.Combine(s_folder, "..", "..", "protos"));
        await RunIn(
            protos, "protoc",
            [
                "--proto_path=.",
                $"--python_out={s_stubs}",
                $"--grpc_out={s_stubs}",
                "--plugin=protoc-gen-grpc=/usr/bin/grpc_python_plugin",
                $"--es_out={generated}",
                "--es_opt=target=js,import_extension=js",
                $"--plugin=protoc-gen-es={Path.Combine(node, "node_modules", ".bin", "protoc-gen-es")}",
                .. Files(protos, "google/api"),
                .. Files(protos, "google/rpc"),
                .. Files(protos, "koda/common/v1"),
                .. Files(protos, "koda/runtime/v1"),
            ]);
    }

    private static IEnumerable<string> Files(string protos, string package) =>
        Directory.GetFiles(Path.Combine(protos, package), "*.proto").Select(file => Path.GetRelativePath(protos, file));

    private static async Task<string> RunIn(string folder, string program, params string[] arguments)
    {
        using var process = StartIn(folder, program, arguments);
        using var limit = new CancellationTokenSource(s_limit);
        var output = process.StandardOutput.ReadToEndAsync(limit.Token);
        var errors = process.StandardError.ReadToEndAsync(limit.Token);
        try
        {
            await process.WaitForExitAsync(limit.Token);
            Assert.True(
                process.ExitCode == 0,
                $"{program} {string.Join(' ', arguments)} ended with {process.ExitCode}.\n{await output}\n{await errors}");
            return await output;
        }
        finally
        {
            process.Kill(entireProcessTree: true);
        }
    }

    private static Process StartIn(string folder, string program, string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            WorkingDirectory = folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["STUBS"] = s_stubs;
        return Process.Start(start) ?? throw new InvalidOperationException($"{program} did not start.");
    }

    private static string ProjectFolder()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "Koda.Follow.Tests.csproj")))
            folder = folder.Parent ?? throw new InvalidOperationException("The tests do not run from their project's folder.");
        return folder.FullName;
    }
}

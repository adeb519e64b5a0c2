using System.Diagnostics;
using Xunit;

namespace Koda.Follow.Tests;

/// <summary>
/// The programs that are not ours, with their packages and with clients generated from the protos, made once for all tests.
/// </summary>
public sealed class Peers : IAsyncLifetime
{
    internal const string Python = "/usr/bin/python3";

    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(5);
    private static readonly Lazy<Task> Prepared = new(Prepare);

    // The scripts run where they are kept, so that their packages are installed once and not for each build.
    private static readonly string Folder = ProjectFolder();
    private static readonly string Stubs = Directory.CreateTempSubdirectory("koda-follow-").FullName;

    public Task InitializeAsync() => Prepared.Value;

    public Task DisposeAsync() => Task.CompletedTask;

    internal Process Start(string program, params string[] arguments) => StartIn(Folder, program, arguments);

    /// <summary>Runs a program to its end and gives what it printed.</summary>
    internal Task<string> Run(string program, params string[] arguments) => RunIn(Folder, program, arguments);

    private static async Task Prepare()
    {
        AppDomain.CurrentDomain.ProcessExit += (_, _) => Directory.Delete(Stubs, recursive: true);
        var node = Path.Combine(Folder, "node");
        if (!Directory.Exists(Path.Combine(node, "node_modules")))
            await RunIn(node, "npm", "install", "--no-audit", "--no-fund");
        var generated = Directory.CreateDirectory(Path.Combine(node, "gen")).FullName;
        var protos = Path.GetFullPath(Path.Combine(Folder, "..", "..", "protos"));
        await RunIn(
            protos, "protoc",
            [
                "--proto_path=.", $"--python_out={Stubs}", $"--grpc_out={Stubs}", "--plugin=protoc-gen-grpc=/usr/bin/grpc_python_plugin",
                $"--es_out={generated}", "--es_opt=target=js,import_extension=js",
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
        using var limit = new CancellationTokenSource(Limit);
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
        start.Environment["STUBS"] = Stubs;
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

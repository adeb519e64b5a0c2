using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using Koda.Testing;
using Xunit;

namespace Koda.Follow.Tests.Examples;

/// <summary>The programs of docs/examples, generated from the protos and compiled as their readers do it, once for all tests.</summary>
public sealed class Examples : IAsyncLifetime
{
    private static readonly TimeSpan s_limit = TimeSpan.FromMinutes(5);
    private static readonly Lazy<Task> s_prepared = new(Prepare);
    private static readonly string s_folder = Path.GetFullPath(Path.Combine(SourceFolder(), "..", "..", "..", "docs", "examples"));
    private static readonly string s_configuration = new DirectoryInfo(AppContext.BaseDirectory.TrimEnd('/')).Parent!.Name;
    private static readonly string s_dotNet = Directory.CreateTempSubdirectory("koda-dotnet-").FullName;
    private static readonly string s_go = Directory.CreateTempSubdirectory("koda-go-").FullName;

    // One for all servers of a test run, since those of one class share a database.
    private static readonly string s_masterKey = Convert.ToBase64String(RandomNumberGenerator.GetBytes(32));

    public Task InitializeAsync() => s_prepared.Value;

    public Task DisposeAsync() => Task.CompletedTask;

    internal static async Task<KodaServerProcess> StartServer(string folder, PostgresFixture postgres, TimeSpan lease)
    {
        var server = KodaServerProcess.Create(folder, "server", postgres.ConnectionString, s_masterKey, lease);
        server.Start();
        await server.Ready();
        return server;
    }

    /// <summary>Starts an example by the name of its source, such as <c>python/worker.py</c>.</summary>
    internal static Process Start(string source, string token, string[] arguments, params (string Name, string Value)[] environment)
    {
        var name = Path.GetFileNameWithoutExtension(source);
        var (program, first) = Path.GetExtension(source) switch
        {
            ".py" => (Peers.Python, source),
            ".ts" => ("node", $"typescript/dist/{name}.js"),
            ".cs" => ("dotnet", Path.Combine(s_dotNet, "Example.dll")),
            _ => (Path.Combine(s_go, name), null),
        };
        var start = new ProcessStartInfo(program, first is null ? arguments : [first, .. arguments])
        {
            WorkingDirectory = s_folder,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["KODA_TOKEN"] = token;
        start.Environment["PYTHONPATH"] = "python/gen";
        foreach (var (variable, value) in environment)
            start.Environment[variable] = value;
        var process = Process.Start(start) ?? throw new InvalidOperationException($"{source} did not start.");
        AppDomain.CurrentDomain.ProcessExit += (_, _) => process.Kill(entireProcessTree: true);
        return process;
    }

    private static async Task Prepare()
    {
        AppDomain.CurrentDomain.ProcessExit += (_, _) =>
        {
            Directory.Delete(s_go, recursive: true);
            Directory.Delete(s_dotNet, recursive: true);
        };
        var typescript = Path.Combine(s_folder, "typescript");
        if (!Directory.Exists(Path.Combine(typescript, "node_modules")))
            await PeerProcess.Run(typescript, s_limit, "npm", "install", "--no-audit", "--no-fund", "--no-package-lock");
        await PeerProcess.Run(s_folder, s_limit, Path.Combine(typescript, "node_modules", ".bin", "buf"), "generate");
        await Task.WhenAll(
            PeerProcess.Run(typescript, s_limit, Path.Combine(typescript, "node_modules", ".bin", "tsc")), BuildGo(), BuildDotNet());
    }

    // Debian's packages are found by a path of folders, and modules that a proxy would serve are not needed.
    private static async Task BuildGo()
    {
        var sources = Directory.CreateDirectory(Path.Combine(s_go, "src")).FullName;
        Directory.CreateSymbolicLink(Path.Combine(sources, "koda.example"), Path.Combine(s_folder, "go"));
        await PeerProcess.Run(
            s_go,
            s_limit,
            "env",
            "GO111MODULE=off",
            $"GOPATH={s_go}:/usr/share/gocode",
            $"GOCACHE={Path.Combine(Path.GetTempPath(), "koda-go-cache")}",
            "go",
            "build",
            "-o",
            Path.Combine(s_go, "client"),
            "koda.example");
    }

    // The packages as they are published, of a version that no cache has.
    private static async Task BuildDotNet()
    {
        var version = $"0.1.0-test.{Guid.NewGuid():N}";
        var repository = Path.Combine(s_folder, "..", "..");
        foreach (var project in (string[])["protos/Koda.Protos.csproj", "src/Client/Koda.Client.csproj"])
            await PeerProcess.Run(
                repository,
                s_limit,
                "dotnet",
                "pack",
                project,
                "--no-build",
                "-c",
                s_configuration,
                "-o",
                s_dotNet,
                $"-p:PackageVersion={version}");
        await PeerProcess.Run(
            Path.Combine(s_folder, "dotnet"),
            s_limit,
            "dotnet",
            "build",
            "-c",
            s_configuration,
            "-o",
            s_dotNet,
            $"-p:KodaVersion={version}",
            $"-p:RestoreAdditionalProjectSources={s_dotNet}",
            $"-p:BaseIntermediateOutputPath={s_dotNet}/obj/");
    }

    private static string SourceFolder([CallerFilePath] string file = "") => Path.GetDirectoryName(file)!;
}

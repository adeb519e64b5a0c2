using Koda.Testing;
using Xunit;

namespace Koda.Interop.Tests;

/// <summary>Debian's C-core for python, with stubs of the interop protos in a folder of their own.</summary>
public sealed class PythonStubs : IAsyncLifetime
{
    public const string Python = "/usr/bin/python3";

    private const string Plugin = "/usr/bin/grpc_python_plugin";

    private static readonly string[] s_packages = ["python3-grpcio", "python3-protobuf", "protobuf-compiler", "protobuf-compiler-grpc"];

    public string Scripts { get; } = Path.Combine(AppContext.BaseDirectory, "python");

    public string Directory { get; } = System.IO.Directory.CreateTempSubdirectory("koda-interop-").FullName;

    public async Task InitializeAsync()
    {
        if (!await IsInstalled())
            await Install();
        var protos = CopyProtos();
        string[] options = ["--proto_path=.", "--python_out=.", "--grpc_out=.", $"--plugin=protoc-gen-grpc={Plugin}"];
        await PeerProcess.Run(Directory, TimeSpan.FromMinutes(1), "/usr/bin/protoc", [.. options, .. protos]);
    }

    public Task DisposeAsync()
    {
        System.IO.Directory.Delete(Directory, recursive: true);
        return Task.CompletedTask;
    }

    /// <summary>The protos live under grpc/testing, and as a python package that would hide the runtime's own `grpc`.</summary>
    private string[] CopyProtos()
    {
        var target = System.IO.Directory.CreateDirectory(Path.Combine(Directory, "interop"));
        var sources = System.IO.Directory.GetFiles(Path.Combine(AppContext.BaseDirectory, "protos", "grpc", "testing"), "*.proto");
        foreach (var source in sources)
        {
            var text = File.ReadAllText(source).Replace("import \"grpc/testing/", "import \"interop/", StringComparison.Ordinal);
            File.WriteAllText(Path.Combine(target.FullName, Path.GetFileName(source)), text);
        }

        return [.. sources.Select(source => $"interop/{Path.GetFileName(source)}")];
    }

    private static async Task<bool> IsInstalled() =>
        File.Exists(Plugin) && File.Exists("/usr/bin/protoc") && await PeerProcess.Try(Python, "-c", "import grpc, google.protobuf");

    private static async Task Install()
    {
        if (!Environment.IsPrivilegedProcess)
            Assert.Fail($"C-core is missing. Install it as root: apt-get install -y {string.Join(' ', s_packages)}");
        await PeerProcess.Run("/", TimeSpan.FromMinutes(3), "apt-get", "update", "-q");
        await PeerProcess.Run(
            "/", TimeSpan.FromMinutes(5), "apt-get", ["install", "-y", "-q", "--no-install-recommends", .. s_packages]);
    }
}

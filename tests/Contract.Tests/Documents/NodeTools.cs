using System.Runtime.CompilerServices;
using Koda.Testing;

namespace Koda.Contract.Tests.Documents;

/// <summary>The npm packages of this folder's <c>node</c>, which <c>./koda test</c> installs.</summary>
internal static class NodeTools
{
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(3);

    public static string Folder { get; } = Locate();

    /// <summary>The program of a package.</summary>
    public static string Program(string name)
    {
        var program = Path.Combine(Folder, "node_modules/.bin", name);
        return File.Exists(program)
            ? program
            : throw new InvalidOperationException($"{name} is not installed: run 'npm install' in tests/Contract.Tests/node.");
    }

    /// <summary>Runs a program of a package to its good end and gives its output.</summary>
    public static Task<string> Run(string name, params string[] arguments) =>
        PeerProcess.Run(Folder, s_patience, Program(name), arguments);

    /// <summary>Runs a script of the folder to its good end and gives its output.</summary>
    public static Task<string> RunScript(string name, params string[] arguments) =>
        PeerProcess.Run(Folder, s_patience, "node", [name, .. arguments]);

    private static string Locate([CallerFilePath] string here = "") =>
        Path.GetFullPath(Path.Combine(Path.GetDirectoryName(here)!, "../node"));
}

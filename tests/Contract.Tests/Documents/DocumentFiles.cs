using System.Runtime.CompilerServices;
using Xunit;

namespace Koda.Contract.Tests.Documents;

/// <summary>The committed OpenAPI documents.</summary>
internal static class DocumentFiles
{
    public static TheoryData<string> All => [.. Directory.GetFiles(Folder(), "*.json").Order()];

    public static string Path(string name) => System.IO.Path.Combine(Folder(), name);

    private static string Folder([CallerFilePath] string here = "") =>
        System.IO.Path.GetFullPath(System.IO.Path.Combine(System.IO.Path.GetDirectoryName(here)!, "../../../docs/openapi"));
}

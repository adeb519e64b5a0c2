using System.Runtime.CompilerServices;
using Xunit;

namespace Koda.Contract.Tests.Documents;

/// <summary>The OpenAPI documents before two judges that are not ours.</summary>
public sealed class LintTests
{
    public static TheoryData<string> Documents() => [.. Directory.GetFiles(Committed(), "*.json")];

    [Theory]
    [MemberData(nameof(Documents))]
    public async Task Redocly_finds_no_error(string document) => await NodeTools.Run("redocly", "lint", document, "--extends=recommended");

    [Theory]
    [MemberData(nameof(Documents))]
    public async Task Spectral_finds_no_error(string document) =>
        await NodeTools.Run("spectral", "lint", document, "--ruleset", Path.Combine(NodeTools.Folder, "spectral.yaml"), "--fail-severity", "error");

    private static string Committed([CallerFilePath] string here = "") =>
        Path.GetFullPath(Path.Combine(Path.GetDirectoryName(here)!, "../../../docs/openapi"));
}

using Xunit;

namespace Koda.Contract.Tests.Documents;

/// <summary>The OpenAPI documents before three judges that are not ours.</summary>
public sealed class LintTests
{
    public static TheoryData<string> Documents() => DocumentFiles.All;

    [Theory]
    [MemberData(nameof(Documents))]
    public async Task Redocly_finds_no_error(string document) => await NodeTools.Run("redocly", "lint", document, "--extends=recommended");

    [Theory]
    [MemberData(nameof(Documents))]
    public async Task Spectral_finds_no_error(string document) =>
        await NodeTools.Run(
            "spectral", "lint", document, "--ruleset", Path.Combine(NodeTools.Folder, "spectral.yaml"), "--fail-severity", "error");

    [Theory]
    [MemberData(nameof(Documents))]
    public async Task Swagger_parser_finds_no_error(string document) => await NodeTools.RunScript("swagger-parser.mjs", document);
}

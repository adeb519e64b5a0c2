using System.Text.Json;
using Koda.Cli.Tasks;

namespace Koda.Cli.Tests.Tasks;

public sealed class ToolSummaryTests
{
    [Theory]
    [InlineData("""{"command":"npm test"}""", "npm test")]
    [InlineData("""{"path":"src/a.ts","content":"long"}""", "src/a.ts")]
    [InlineData("""{"pattern":"TODO","path":"src"}""", "src  TODO")]
    [InlineData("""{"depth":2}""", """{"depth":2}""")]
    public void Arguments_become_one_short_line(string arguments, string expected)
    {
        using var document = JsonDocument.Parse(arguments);

        Assert.Equal(expected.Replace("  ", " ", StringComparison.Ordinal), ToolSummary.Of(document.RootElement));
    }
}

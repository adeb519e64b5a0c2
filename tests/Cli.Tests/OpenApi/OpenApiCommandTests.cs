using System.Text.Json.Nodes;

namespace Koda.Cli.Tests.OpenApi;

public sealed class OpenApiCommandTests : IDisposable
{
    private const string Lost = "POST /api/runtime/tasks: the parameter header.X-Lost was removed";

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("koda-openapi-");

    private string New => Path.Combine(_folder.FullName, "new");

    private string Old => Path.Combine(_folder.FullName, "old");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task What_breaks_clients_of_earlier_documents_is_named_and_fails()
    {
        await WriteOld();

        var run = await CliRun.Of("openapi", New, "--against", Old);

        Assert.Equal(ExitCode.Failed, run.ExitCode);
        Assert.Equal([Path.Combine(New, "code.json"), Path.Combine(New, "control-plane.json"), Lost], run.Out.TrimEnd().Split('\n'));
    }

    [Theory]
    [InlineData("- `POST /api/runtime/tasks: the parameter header.X-Lost was removed`", ExitCode.Ok)]
    [InlineData("Nobody sends it: POST /api/runtime/tasks: the parameter header.X-Lost was removed.", ExitCode.Failed)]
    [InlineData("- `POST /api/runtime/tasks: the parameter header.X-Lost was removed too`", ExitCode.Failed)]
    public async Task A_break_is_accepted_where_a_line_says_it_word_for_word(string line, int expected)
    {
        await WriteOld();
        var changes = Path.Combine(_folder.FullName, "CHANGES.md");
        await File.WriteAllTextAsync(changes, $"# Changes\n\n{line}\n");

        Assert.Equal(expected, (await CliRun.Of("openapi", New, "--against", Old, "--accepted", changes)).ExitCode);
    }

    /// <summary>Writes the documents as they are, but for a header that is no longer there.</summary>
    private async Task WriteOld()
    {
        Assert.Equal(ExitCode.Ok, (await CliRun.Of("openapi", Old)).ExitCode);
        var file = Path.Combine(Old, "control-plane.json");
        var document = JsonNode.Parse(await File.ReadAllTextAsync(file))!;
        document["paths"]!["/api/runtime/tasks"]!["post"]!["parameters"]!
            .AsArray()
            .Add(JsonNode.Parse("""{"name":"X-Lost","in":"header","schema":{"type":"string"}}"""));
        await File.WriteAllTextAsync(file, document.ToJsonString());
    }
}

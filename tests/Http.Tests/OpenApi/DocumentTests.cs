using Koda.Server.Hosting;
using Microsoft.OpenApi;
using Xunit;

namespace Koda.Http.Tests.OpenApi;

public sealed class DocumentTests(WrittenDocuments documents) : IClassFixture<WrittenDocuments>
{
    [Fact]
    public void Each_family_has_a_document() => Assert.Equal(["code.json", "control-plane.json"], documents.Files.Select(Path.GetFileName));

    [Fact]
    public async Task A_reader_of_the_standard_finds_no_fault()
    {
        foreach (var file in documents.Files)
        {
            await using var content = File.OpenRead(file);
            var (document, diagnostic) = await OpenApiDocument.LoadAsync(content);

            Assert.Equal(OpenApiSpecVersion.OpenApi3_1, diagnostic!.SpecificationVersion);
            Assert.Empty(diagnostic.Errors);
            Assert.Empty(document!.Validate(ValidationRuleSet.GetDefaultRuleSet()));
        }
    }

    [Fact]
    public async Task The_same_contract_gives_the_same_bytes()
    {
        var again = Directory.CreateTempSubdirectory("koda-openapi-");
        try
        {
            foreach (var file in await OpenApiExport.Write(again.FullName, CancellationToken.None))
                Assert.Equal(
                    await File.ReadAllTextAsync(documents.Files.Single(first => Path.GetFileName(first) == Path.GetFileName(file))),
                    await File.ReadAllTextAsync(file));
        }
        finally
        {
            again.Delete(recursive: true);
        }
    }

    [Fact]
    public void Services_are_tags_with_their_comments_and_names_of_their_own()
    {
        var tags = documents.ControlPlane["tags"]!
            .AsArray()
            .ToDictionary(tag => tag!["name"]!.ToString(), tag => tag!["description"]!.ToString());

        Assert.Equal("Submits, inspects and steers tasks.", tags["TaskService"]);
        Assert.Contains("RuntimeAgentService", tags.Keys);
        Assert.Contains("ControlplaneAgentService", tags.Keys);
        Assert.Equal(tags.Keys.Order(StringComparer.Ordinal), tags.Keys);
    }

    [Fact]
    public void Operations_are_named_after_their_methods_and_each_name_stands_once()
    {
        var ids = documents.ControlPlane["paths"]!
            .AsObject()
            .SelectMany(path => path.Value!.AsObject())
            .Select(operation => operation.Value!["operationId"]!.ToString())
            .ToList();

        Assert.Equal(ids.Distinct(), ids);
        Assert.Equal("SubmitTask", documents.ControlPlane["paths"]!["/api/runtime/tasks"]!["post"]!["operationId"]!.ToString());
        Assert.Equal("RuntimeListAgents", documents.ControlPlane["paths"]!["/api/runtime/agents"]!["get"]!["operationId"]!.ToString());
        Assert.Equal(
            "AnswerApproval",
            documents.ControlPlane["paths"]!["/api/runtime/approvals/{approval_id}"]!["post"]!["operationId"]!.ToString());
        Assert.Equal(
            "AnswerApproval2",
            documents.ControlPlane["paths"]!["/api/runtime/approvals/{approval_id}/answer"]!["post"]!["operationId"]!.ToString());
    }
}

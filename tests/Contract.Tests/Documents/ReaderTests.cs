using Koda.Contract.Tests.Runtime;
using Koda.Testing.Hosting;
using Xunit;

namespace Koda.Contract.Tests.Documents;

/// <summary>Programs with which people read the documents and send what they find there.</summary>
public sealed class ReaderTests(KodaFixture koda) : IClassFixture<KodaFixture>
{
    private string Server => koda.Host.Url.ToString().TrimEnd('/');

    [Fact]
    public async Task The_page_in_a_browser_submits_a_task_with_the_example_that_it_shows()
    {
        var seen = await NodeTools.RunScript("page.mjs", Server, koda.Host.OperatorToken);

        Assert.Equal(["documents: code, control-plane", "submitted: 202"], seen.Trim().Split('\n'));
        Assert.Equal(
            "Audit the auth service for CSP violations.",
            (await koda.Host.Rest.Get($"{TaskCalls.Tasks}?agent_id=atlas&limit=1")).Json["items"]![0]!["query"]!.ToString());
    }

    [Theory]
    [InlineData("control-plane.json", "/api/runtime/tasks", 202)]
    [InlineData("code.json", "/sessions", 201)]
    public async Task Postman_and_Bruno_import_every_request_and_send_one_as_it_is(string document, string path, int status)
    {
        var seen = await NodeTools.RunScript("imports.mjs", DocumentFiles.Path(document), Server, koda.Host.OperatorToken, path);

        Assert.All(seen.Trim().Split('\n'), line => Assert.EndsWith($"; {path} {status}", line, StringComparison.Ordinal));
        Assert.Equal(["postman", "bruno"], seen.Trim().Split('\n').Select(line => line.Split(':')[0]));
    }
}

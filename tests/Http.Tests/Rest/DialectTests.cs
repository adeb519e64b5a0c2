using System.Net;
using System.Text.Json.Nodes;
using Xunit;

namespace Koda.Http.Tests.Rest;

/// <summary>A family's own envelope of replies, and its own statuses and codes of errors.</summary>
public sealed class DialectTests : IAsyncLifetime
{
    private LibraryServer _server = null!;

    public async Task InitializeAsync() => _server = await LibraryServer.Start();

    public async Task DisposeAsync() => await _server.DisposeAsync();

    [Fact]
    public async Task A_reply_is_written_within_the_envelope()
    {
        var reply = JsonNode.Parse(await _server.Http.GetStringAsync("/loud/books/b1"))!.AsObject();

        Assert.Equal("data", Assert.Single(reply).Key);
        Assert.Equal("A \"book\"", reply["data"]!["title"]!.GetValue<string>());
    }

    [Fact]
    public async Task A_reply_that_is_an_envelope_already_gets_no_other()
    {
        _server.Http.DefaultRequestHeaders.Authorization = new("Bearer", "anna");

        var reply = JsonNode.Parse(await _server.Http.GetStringAsync("/loud/books"))!;

        Assert.Equal("b1", reply["data"]![0]!["id"]!.GetValue<string>());
        Assert.Equal(7, reply["total"]!.GetValue<int>());
    }

    [Fact]
    public async Task A_reply_of_one_field_is_as_the_contract_says() =>
        Assert.Equal("\"A \\\"book\\\"\"", await _server.Http.GetStringAsync("/loud/books/b1/title"));

    [Fact]
    public async Task An_error_has_the_status_and_the_code_of_the_dialect()
    {
        using var reply = await _server.Http.GetAsync("/loud/books/busy");

        Assert.Equal((HttpStatusCode)420, reply.StatusCode);
        Assert.Equal("CALM_DOWN", JsonNode.Parse(await reply.Content.ReadAsStringAsync())!["OOPS"]!.GetValue<string>());
    }
}

using System.Text.Json.Nodes;
using Xunit;

namespace Koda.Contract.Tests.ControlPlane;

/// <summary>Every list of the control plane is read page by page.</summary>
public sealed class PageTests(PrivateKodaFixture koda) : IClassFixture<PrivateKodaFixture>
{
    private const string ControlPlane = "/api/control-plane";

    [Theory]
    [InlineData("agents", "agent_id")]
    [InlineData("agents/paged/versions", "version")]
    [InlineData("agents/paged/secrets", "secret_key")]
    [InlineData("providers", "provider_id")]
    [InlineData("connections/catalog", "connection_key")]
    [InlineData("connections/defaults", "connection_key")]
    [InlineData("skills", "id")]
    [InlineData("auth/tokens", "id")]
    [InlineData("audit", "seq")]
    public async Task Pages_hold_what_the_whole_list_does_and_the_last_one_has_no_cursor(string list, string key)
    {
        await Fill();
        var query = list == "audit" ? "kind=security.agent.&" : "";
        var whole = (await koda.Host.Rest.Get($"{ControlPlane}/{list}?{query}limit=200")).Json;
        Assert.True(string.IsNullOrEmpty(CursorOf(whole)));

        var read = new List<string>();
        string? cursor = "";
        do
        {
            var page = (await koda.Host.Rest.Get($"{ControlPlane}/{list}?{query}limit=1&cursor={cursor}")).Json;
            read.Add(Assert.Single(page["items"]!.AsArray())![key]!.ToString());
            cursor = CursorOf(page);
        }
        while (!string.IsNullOrEmpty(cursor));

        Assert.True(read.Count > 1, $"{list} has more than one item, so that it has pages");
        Assert.Equal(whole["items"]!.AsArray().Select(item => item![key]!.ToString()), read);
        Assert.Equal(400, (await koda.Host.Rest.Get($"{ControlPlane}/{list}?cursor=nonsense")).Status);
        Assert.Equal(400, (await koda.Host.Rest.Get($"{ControlPlane}/{list}?limit=-1")).Status);
    }

    // Some lists have always had the field, empty on their last page; it is absent there in the others.
    private static string? CursorOf(JsonNode page) => page["next_cursor"]?.GetValue<string>();

    private async Task Fill()
    {
        foreach (var text in (string[])["One.", "Two."])
            await koda.Host.Rest.Put($"{ControlPlane}/agents/paged", $$"""{"provider":{"kind":"offline"},"system_prompt":"{{text}}"}""");
        foreach (var secret in (string[])["ALPHA", "BETA"])
            await koda.Host.Rest.Put($"{ControlPlane}/agents/paged/secrets/{secret}", """{"value":"long-enough-value"}""");
        await koda.Host.Rest.Put($"{ControlPlane}/providers/ollama/connection/local", """{"base_url":"http://127.0.0.1:1"}""");
    }
}

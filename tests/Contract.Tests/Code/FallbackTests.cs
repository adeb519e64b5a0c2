using System.Text.Json.Nodes;
using Koda.Contract.Tests.ControlPlane;
using Koda.Contract.Tests.Journeys;
using Koda.Testing.Hosting;
using Microsoft.AspNetCore.Http;
using Xunit;

namespace Koda.Contract.Tests.Code;

/// <summary>Models that stand in for others at connections of their own, and what they cost there.</summary>
public sealed class FallbackTests(PrivateKodaFixture koda) : IClassFixture<PrivateKodaFixture>
{
    // 1,000 tokens in and 100 out.
    private const long CostAtTheProvidersPrice = 3_000;

    private KodaHost Host => koda.Host;

    [Fact]
    public async Task A_turn_whose_key_is_refused_goes_on_at_the_connection_that_the_settings_name_at_its_price()
    {
        await using var refusing = await ScriptedModel.Start((context, _) =>
        {
            context.Response.StatusCode = 401;
            return context.Response.WriteAsync("""{"error":{"message":"This key is revoked.","code":"invalid_api_key"}}""");
        });
        await using var spare = await ScriptedModel.Start(ModelTurn.Say("Hello from elsewhere."));
        spare.Listed = Priced();
        await Connect("house", refusing);
        await Connect("spare", spare);
        await Host.Rest.Put("/settings/session.fallback_models", """{"value":"second, spare/vendor/house-brand"}""");
        var created = await Host.Rest.Post("/sessions", $$"""{"agent_id":"explorer","model_id":"house/{{ModelTurn.Model}}"}""");
        var session = created["id"];
        await Host.Rest.Patch($"/sessions/{session}", """{"title":"Named"}""");

        await Host.Begin(session, "Hi.");
        var events = await Host.Whole(session);

        var retry = Assert.Single(events, item => item.Name == "retry").Data.At("message");
        Assert.Contains("spare/vendor/house-brand", retry, StringComparison.Ordinal);
        Assert.Equal("done", events[^1].Name);
        Assert.Equal("vendor/house-brand", Assert.Single(spare.Requests).At("model"));
        var step = (await Host.Rest.Get($"/sessions/{session}/traces")).Json.AsArray().Single()!["steps"]!.AsArray().Single()!;
        Assert.Equal(("spare/vendor/house-brand", "true"), (step.At("model_id"), step.At("fallback_used")));
        Assert.Equal(CostAtTheProvidersPrice, step["cost_micro_usd"]!.GetValue<long>());
    }

    [Fact]
    public async Task A_task_costs_what_the_providers_own_list_says()
    {
        await using var model = await ScriptedModel.Start(ModelTurn.Say("Done."));
        model.Listed = Priced();
        await Connect("shop", model);
        var task = await Host.Rest.Post(
            "/api/runtime/tasks",
            """{"agent_id":"explorer","query":"Do it.","context":{"provider":"shop","model":"vendor/house-brand"}}"""
        );
        Assert.True(task.Status == 202, task.Text);

        var ended = await Host.Follow(task["id"]);

        Assert.Equal(CostAtTheProvidersPrice / 1_000_000d, ended["usage"]!["cost_usd"]!.GetValue<double>(), precision: 6);
    }

    private static JsonArray Priced() =>
    [
        new JsonObject
        {
            ["id"] = "vendor/house-brand",
            ["context_length"] = 64_000,
            ["pricing"] = new JsonObject { ["prompt"] = "0.000002", ["completion"] = "0.00001" },
        },
    ];

    private async Task Connect(string id, ScriptedModel model)
    {
        var connected = await Host.Rest.Put(
            $"/api/control-plane/providers/{id}/connection/api-key",
            $$"""{"api_key":"sk-{{id}}-1234","base_url":"{{model.BaseUrl}}"}"""
        );
        Assert.True(connected.Status == 200, connected.Text);
        var listed = await Host.Rest.Post($"/api/control-plane/providers/{id}/models/refresh");
        Assert.True(listed.Status == 200, listed.Text);
    }
}

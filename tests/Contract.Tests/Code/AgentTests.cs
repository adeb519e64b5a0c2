using Koda.Contract.Tests.Journeys;
using Koda.Testing.Hosting;
using Xunit;

namespace Koda.Contract.Tests.Code;

public sealed class AgentTests(KodaFixture koda) : IClassFixture<KodaFixture>
{
    private KodaHost Host => koda.Host;

    [Fact]
    public Task Every_example_is_answered_as_it_says() => HttpExample.SendAll(Host, "code/agents.http");

    [Fact]
    public async Task What_was_written_is_what_is_read()
    {
        const string agent = """
            {"id":"critic","name":"Critic","description":"Finds faults.","mode":"subagent","temperature":0.3,"max_tokens":900,"deny_tools":["bash","write"],
             "permission":{"edit":{"*":"ask","src/**":"allow"},"fetch":"deny"},"skills":{"allow":["a","b"],"deny":["b"]},"reasoning_budget":2000,"system_prompt":"Look twice."}
            """;

        var created = await Host.Rest.Post("/agents", agent);

        Assert.True(created.Status == 201, created.Text);
        Assert.Equal(
            ("Critic", "subagent", "0.3", "900", "2000", "false"),
            (
                created["name"],
                created["mode"],
                created.Json.At("temperature"),
                created.Json.At("max_tokens"),
                created.Json.At("reasoning_budget"),
                created.Json.At("builtin")));
        Assert.Equal("""{"edit":{"*":"ask","src/**":"allow"},"fetch":{"*":"deny"}}""", created.Json["permission"]!.ToJsonString());
        Assert.Equal("""["bash","write"]""", created.Json["deny_tools"]!.ToJsonString());
        Assert.Equal("""["a"]""", created.Json["skills"]!["allow"]!.ToJsonString());
        Assert.Equal(created.Text, (await Host.Rest.Get("/agents/critic")).Text);
        var replaced = await Host.Rest.Put("/agents/critic", """{"name":"Kinder","tools":["read"]}""");
        Assert.Equal(("Kinder", "primary", """["read"]"""), (replaced["name"], replaced["mode"], replaced.Json["tools"]!.ToJsonString()));
        Assert.Equal(204, (await Host.Rest.Delete("/agents/critic")).Status);
        (await Host.Rest.Get("/agents/critic")).IsRefused(404, "agent.not_found");
        (await Host.Rest.Delete("/agents/critic")).IsRefused(404, "agent.not_found");
    }

    [Fact]
    public async Task What_it_does_not_show_stays_when_it_is_replaced()
    {
        const string agent = """
            {"agent_id":"routed","definition":{"provider":{"kind":"offline"},"tools":["read"],"route":{"role":"gpu"},
             "retry":{"max_attempts":7},"limits":{"max_iterations":11,"max_concurrent_tasks":2,"max_output_tokens":50}}}
            """;
        var drafted = await Host.Rest.Post("/api/control-plane/agents", agent);
        Assert.True(drafted.Status == 201, drafted.Text);
        await Host.Rest.Post("/api/control-plane/agents/routed/publish");

        var replaced = await Host.Rest.Put("/agents/routed", """{"name":"Renamed","tools":["read","grep"]}""");

        Assert.Equal(200, replaced.Status);
        var kept = (await Host.Rest.Get("/api/control-plane/agents/routed")).Json["draft"]!;
        Assert.Equal(
            ("Renamed", "gpu", "7", "11", "offline"),
            (kept.At("name"), kept.At("route", "role"), kept.At("retry", "max_attempts"), kept.At("limits", "max_iterations"), kept.At("provider", "kind")));
        Assert.Equal("0", kept.At("limits", "max_output_tokens"));
    }

    [Fact]
    public async Task What_it_says_of_its_model_reaches_the_model_and_survives_an_edit_on_the_control_plane()
    {
        await using var model = await ScriptedModel.Start(ModelTurn.Say("Hello."));
        await Host.Define("tempered", model);
        await Host.Rest.Patch("/api/control-plane/agents/tempered", """{"temperature":0.4,"reasoning_budget":12000,"mode":"subagent"}""");
        await Host.Rest.Patch("/api/control-plane/agents/tempered", """{"description":"Edited."}""");
        await Host.Rest.Post("/api/control-plane/agents/tempered/publish");
        Host.StartWorker(options => options with { AgentIds = ["tempered"] });
        var session = await Host.NewSession("tempered");
        await Host.Begin(session, "Hi.");
        await Host.Whole(session);

        var agent = (await Host.Rest.Get("/agents/tempered")).Json;
        Assert.Equal(
            ("0.4", "12000", "subagent", "Edited."),
            (agent.At("temperature"), agent.At("reasoning_budget"), agent.At("mode"), agent.At("description")));
        Assert.Equal("0.4", model.Requests.First().At("temperature"));
    }

    [Fact]
    public async Task Agents_that_come_with_Koda_are_protected_and_ids_are_taken_once()
    {
        Assert.Equal("true", (await Host.Rest.Get("/agents/engineer")).Json.At("builtin"));
        (await Host.Rest.Delete("/agents/engineer")).IsRefused(403, "agent.built_in");
        (await Host.Rest.Put("/agents/Engineer", """{"name":"Mine"}""")).IsRefused(403, "agent.built_in");
        (await Host.Rest.Post("/agents", """{"id":"engineer"}""")).IsRefused(409, "agent.conflict");
        (await Host.Rest.Post("/agents", """{"name":"no id"}""")).IsRefused(400, "request.invalid").BlamesFields("id");
        (await Host.Rest.Put("/agents/nobody", """{"name":"x"}""")).IsRefused(404, "agent.not_found");
        (await Host.Rest.Put("/agents/nobody", """{"id":"somebody"}""")).IsRefused(400, "request.invalid").BlamesFields("id");
    }

    [Fact]
    public async Task Every_fault_of_an_agent_is_named()
    {
        var refused = await Host.Rest.Post("/agents", """
            {"id":"wrong","mode":"boss","temperature":9,"max_tokens":-1,"reasoning_budget":-1,"permission":{"bash":"maybe"},"model":"no/such","skills":{"allow":["*"],"deny":["a"]}}
            """);

        refused
            .IsRefused(400, "request.invalid")
            .BlamesFields("mode", "temperature", "max_tokens", "reasoning_budget", "permission", "model", "skills.deny");
    }
}

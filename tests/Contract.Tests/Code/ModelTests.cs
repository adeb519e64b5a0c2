using Koda.Contract.Tests.ControlPlane;
using Koda.Contract.Tests.Journeys;
using Koda.Testing.Hosting;
using Xunit;

namespace Koda.Contract.Tests.Code;

public sealed class ModelTests(PrivateKodaFixture koda) : IClassFixture<PrivateKodaFixture>
{
    private KodaHost Host => koda.Host;

    [Fact]
    public async Task Models_are_a_flat_list_that_a_session_can_choose_from_and_a_refresh_that_none_answers_fails()
    {
        string session;
        await using (var model = await ScriptedModel.Start(ModelTurn.Say("Hello.")))
        {
            var connected = await Host.Rest.Put(
                "/api/control-plane/providers/house/connection/api-key",
                $$"""{"api_key":"sk-scripted","base_url":"{{model.BaseUrl}}"}"""
            );
            Assert.True(connected.Status == 200, connected.Text);

            await HttpExample.SendAll(Host, "code/models.http");

            var listed = (await Host.Rest.Get("/models")).Json.AsArray().Single(item => item!.At("provider_id") == "house")!;
            Assert.Equal(($"house/{ModelTurn.Model}", ModelTurn.Model), (listed.At("id"), listed.At("name")));
            session = (await Host.Rest.Post("/sessions", $$"""{"agent_id":"explorer","model_id":"{{ModelTurn.Model}}"}"""))["id"];
            Assert.Equal($"house/{ModelTurn.Model}", (await Host.Rest.Get($"/sessions/{session}"))["model_id"]);
            await Host.Begin(session, "Hi.");
            Assert.Equal("done", (await Host.Whole(session))[^1].Name);
            Assert.Equal(ModelTurn.Model, model.Requests.First().At("model"));
        }

        (await Host.Rest.Post("/models/refresh")).IsRefused(502, "provider.unavailable");
        Assert.Contains((await Host.Rest.Get("/models")).Json.AsArray(), item => item!.At("provider_id") == "house");
    }
}

using Koda.Contract.Tests.Journeys;
using Koda.Testing.Hosting;
using Xunit;

namespace Koda.Contract.Tests.Code;

public sealed class SettingTests(KodaFixture koda) : IClassFixture<KodaFixture>
{
    private KodaHost Host => koda.Host;

    [Fact]
    public async Task A_setting_is_a_text_by_a_name()
    {
        (await Host.Rest.Get("/settings/theme")).IsRefused(404, "setting.not_found");
        Assert.Equal("0.8", (await Host.Rest.Get("/settings/session.budget_warn"))["value"]);

        var text = await Host.Rest.Put("/settings/theme", """{"value":"dark"}""");
        var json = await Host.Rest.Put("/settings/layout", """{"value":{"left":[1,2.50]}}""");

        Assert.Equal(("theme", "dark"), (text["key"], text["value"]));
        Assert.Equal("""{"left":[1,2.50]}""", json["value"]);
        Assert.Equal("dark", (await Host.Rest.Get("/settings/theme"))["value"]);
    }

    [Theory]
    [InlineData("session.snapshot", "\"maybe\"")]
    [InlineData("session.budget", "-1")]
    [InlineData("session.budget", "99999999999999")]
    [InlineData("session.compaction_threshold", "1.5")]
    [InlineData("permission", """{"bash":"perhaps"}""")]
    public async Task A_value_that_a_known_setting_cannot_have_is_refused(string key, string value) =>
        (await Host.Rest.Put($"/settings/{key}", $$"""{"value":{{value}}}""")).IsRefused(400, "request.invalid").BlamesFields("value");

    [Theory]
    [InlineData("{}")]
    [InlineData("""{"value":null}""")]
    public async Task A_setting_without_a_value_is_refused(string body)
    {
        await Host.Rest.Put("/settings/colour", """{"value":"red"}""");

        (await Host.Rest.Put("/settings/colour", body)).IsRefused(400, "request.invalid").BlamesFields("value");

        Assert.Equal("red", (await Host.Rest.Get("/settings/colour"))["value"]);
        Assert.Equal("", (await Host.Rest.Put("/settings/colour", """{"value":""}"""))["value"]);
    }

    [Fact]
    public async Task The_configuration_names_tools_and_providers()
    {
        var config = (await Host.Rest.Get("/config")).Json;

        Assert.Equal("engineer", config.At("default_agent"));
        Assert.True(config["tool_count"]!.GetValue<int>() > 5);
        Assert.Contains(config["providers"]!.AsArray(), provider => provider!.At("id") == "anthropic");
        Assert.Equal("""{"status":"ok"}""", (await Host.Rest.Get("/health")).Text);
    }
}

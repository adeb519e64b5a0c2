using Koda.Worker.Providers;
using Xunit;

namespace Koda.Worker.Tests.Providers;

public sealed class EndpointGuardTests
{
    [Theory]
    [InlineData("http://169.254.169.254/latest")]
    [InlineData("http://[fd00:ec2::254]/")]
    [InlineData("http://[::ffff:169.254.169.254]/")]
    [InlineData("http://0.0.0.0:1/")]
    public async Task Metadata_addresses_are_refused_even_when_private_ones_are_allowed(string url)
    {
        foreach (var kind in new[] { "openai", "anthropic", "ollama" })
        {
            var provider = ProviderFactory.Create(kind, new Uri(url), "key", new() { ["allow_private_network"] = true });
            var failure = await provider.Fail(Answers.Ask());
            Assert.Equal((ProviderErrorCode.InvalidRequest, false), (failure.Code, failure.Retryable));
            Assert.Contains("refused", failure.Message);
        }
    }

    [Fact]
    public async Task A_name_that_turns_out_to_be_private_is_refused_when_it_is_connected_to()
    {
        var provider = ProviderFactory.Create("openai", new Uri($"http://{Environment.MachineName}:1/"), "key", options: null);
        var failure = await provider.Fail(Answers.Ask());
        Assert.Equal((ProviderErrorCode.InvalidRequest, false), (failure.Code, failure.Retryable));
        Assert.IsType<AddressRefusedException>(AddressRefusedException.Among(failure));
    }

    [Theory]
    [InlineData("ftp://example.com")]
    [InlineData("http://user:secret@example.com")]
    public void Addresses_that_are_not_plain_http_are_refused(string url) =>
        Assert.Throws<ProviderException>(() => ProviderFactory.Create("openai", new Uri(url), "key", options: null));
}

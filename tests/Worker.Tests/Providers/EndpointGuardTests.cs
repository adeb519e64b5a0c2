using System.Net;
using Koda.Worker.Providers;
using Koda.Worker.Providers.Wire;
using Xunit;

namespace Koda.Worker.Tests.Providers;

public sealed class EndpointGuardTests
{
    [Theory]
    [InlineData("169.254.169.254")]
    [InlineData("::ffff:169.254.169.254")]
    [InlineData("64:ff9b::a9fe:a9fe")]
    [InlineData("2002:a9fe:a9fe::1")]
    [InlineData("fd00:ec2::254")]
    [InlineData("fe80::1")]
    [InlineData("0.0.0.0")]
    [InlineData("::")]
    [InlineData("100.100.100.200")]
    [InlineData("224.0.0.1")]
    public void Metadata_and_unroutable_addresses_are_forbidden(string address) =>
        Assert.True(AddressRanges.IsForbidden(IPAddress.Parse(address)));

    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("::1")]
    [InlineData("10.1.2.3")]
    [InlineData("172.31.0.1")]
    [InlineData("192.168.1.1")]
    [InlineData("fd12:3456::1")]
    [InlineData("::ffff:10.0.0.1")]
    [InlineData("100.64.0.1")]
    public void Addresses_of_the_own_network_are_private(string address)
    {
        Assert.True(AddressRanges.IsPrivate(IPAddress.Parse(address)));
        Assert.False(AddressRanges.IsForbidden(IPAddress.Parse(address)));
    }

    [Theory]
    [InlineData("8.8.8.8")]
    [InlineData("172.32.0.1")]
    [InlineData("2606:4700::1111")]
    public void Public_addresses_are_neither(string address)
    {
        Assert.False(AddressRanges.IsPrivate(IPAddress.Parse(address)));
        Assert.False(AddressRanges.IsForbidden(IPAddress.Parse(address)));
    }

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
            var failure = await provider.FailAsync(Answers.Ask());
            Assert.Equal((ProviderErrorCode.InvalidRequest, false), (failure.Code, failure.Retryable));
            Assert.Contains("refused", failure.Message);
        }
    }

    [Fact]
    public async Task A_name_that_turns_out_to_be_private_is_refused_when_it_is_connected_to()
    {
        using var client = new HttpClient(EndpointGuard.Handler(allowPrivate: false), disposeHandler: false);
        var failure = await Assert.ThrowsAsync<HttpRequestException>(() => client.GetAsync(new Uri("http://localhost:1/")));
        Assert.IsType<ProviderException>(failure.InnerException);
    }

    [Theory]
    [InlineData("http://localhost:11434", true)]
    [InlineData("http://127.0.0.1:11434", true)]
    [InlineData("http://[::1]:11434", true)]
    [InlineData("http://192.168.1.5", true)]
    [InlineData("http://169.254.169.254", false)]
    [InlineData("https://api.openai.com", false)]
    public void Writing_a_private_address_literally_means_it(string url, bool isMeant) =>
        Assert.Equal(isMeant, EndpointGuard.NamesPrivateMachine(new Uri(url)));

    [Theory]
    [InlineData("ftp://example.com")]
    [InlineData("http://user:secret@example.com")]
    public void Addresses_that_are_not_plain_http_are_refused(string url) =>
        Assert.Throws<ProviderException>(() => ProviderFactory.Create("openai", new Uri(url), "key", options: null));
}

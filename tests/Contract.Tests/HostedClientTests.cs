using Koda.Client;
using Koda.Testing.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Koda.Contract.Tests;

/// <summary>The client of a program that has a host.</summary>
public sealed class HostedClientTests(KodaFixture koda) : IClassFixture<KodaFixture>
{
    [Fact]
    public async Task A_host_shares_one_client_whose_calls_pass_the_handlers_that_it_adds()
    {
        var handler = new CountingHandler();
        var services = new ServiceCollection();
        services
            .AddKodaClient(new KodaClientOptions { Url = koda.Host.Url, Token = koda.Host.OperatorToken })
            .AddHttpMessageHandler(() => handler);
        using var provider = services.BuildServiceProvider();
        using var scope = provider.CreateScope();

        var client = scope.ServiceProvider.GetRequiredService<KodaClient>();

        Assert.True((await client.GetReadinessAsync()).Ready);
        Assert.Equal(1, handler.Calls);
        Assert.Same(client, provider.GetRequiredService<KodaClient>());
    }

    private sealed class CountingHandler : DelegatingHandler
    {
        public int Calls { get; private set; }

        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            Calls++;
            return base.SendAsync(request, cancellationToken);
        }
    }
}

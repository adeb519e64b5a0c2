using Koda.Testing.Hosting;
using Xunit;

namespace Koda.Contract.Tests.Code;

public sealed class CrowdTests(KodaFixture koda) : IClassFixture<KodaFixture>
{
    private const int Sessions = 100;

    private KodaHost Host => koda.Host;

    [Fact]
    public async Task More_sessions_than_database_connections_may_be_spoken_to_at_once()
    {
        var sessions = await Task.WhenAll(Enumerable.Range(0, Sessions).Select(_ => Host.NewSession("explorer")));

        var replies = await Task.WhenAll(sessions.Select(session => Host.Say(session, "What is here?")));

        Assert.All(replies, reply => Assert.True(reply.Status == 202, reply.Text));
    }
}

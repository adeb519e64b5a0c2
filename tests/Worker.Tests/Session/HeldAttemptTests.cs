using Koda.Worker.Session;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Koda.Worker.Tests.Session;

public sealed class HeldAttemptTests
{
    private static readonly TimeSpan s_lease = TimeSpan.FromSeconds(3);

    private readonly FakeTimeProvider _time = new();

    [Fact]
    public void A_renewal_counts_from_when_it_was_sent()
    {
        using var attempt = Create();
        _time.Advance(s_lease / 2);
        attempt.Renew();
        _time.Advance(s_lease / 2);
        attempt.Renewed();
        _time.Advance(s_lease / 4);
        Assert.False(attempt.LeaseOver(s_lease));
        _time.Advance(s_lease / 2);
        Assert.True(attempt.LeaseOver(s_lease));
    }

    [Fact]
    public void A_renewal_that_comes_late_does_not_take_back_what_the_server_held_meanwhile()
    {
        using var attempt = Create();
        attempt.Renew();
        for (var waited = TimeSpan.Zero; waited < 4 * s_lease; waited += s_lease / 2)
        {
            _time.Advance(s_lease / 2);
            attempt.Hold();
        }
        attempt.Renewed();
        Assert.False(attempt.LeaseOver(s_lease));
        _time.Advance(2 * s_lease);
        Assert.True(attempt.LeaseOver(s_lease));
    }

    private HeldAttempt Create() => new(FakeServer.Task("task"), _time, _ => { });
}

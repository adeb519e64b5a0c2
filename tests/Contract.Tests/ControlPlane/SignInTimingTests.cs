using System.Diagnostics;
using Koda.Server.Engine.Owners;
using Koda.Testing.Hosting;
using Npgsql;
using Xunit;
using static Koda.Contract.Tests.ControlPlane.OwnerCalls;

namespace Koda.Contract.Tests.ControlPlane;

/// <summary>The time of a refusal does not tell whether the identifier exists.</summary>
public sealed class SignInTimingTests(KodaFixture koda) : IClassFixture<KodaFixture>
{
    private const int Samples = 12;

    // On a quiet machine all refusals come within a millisecond of the floor, and a timer ends as early or late. What must not show is the
    // hashing of a password, which takes many times as long.
    private static readonly TimeSpan s_timer = TimeSpan.FromMilliseconds(5);

    [Fact]
    public async Task Unknown_names_and_wrong_passwords_are_refused_after_the_same_time()
    {
        await koda.Host.EnsureOwner();
        await using var source = NpgsqlDataSource.Create(koda.ConnectionString);
        var (unknown, wrong) = (new List<TimeSpan>(), new List<TimeSpan>());
        await Refused("warm-up");
        // In turns, so that whatever else this machine does meets both alike.
        for (var sample = 0; sample < Samples; sample++)
        {
            unknown.Add(await Refused($"nobody-{sample}"));
            wrong.Add(await Refused(Username));
            await using var forget = source.CreateCommand("delete from sign_in_failures");
            await forget.ExecuteNonQueryAsync();
        }

        Assert.All(unknown.Concat(wrong), time => Assert.True(time >= RefusalDelay.Floor, $"A refusal came after {time}."));
        // Each median lies within what the other kind took: the distributions overlap.
        Assert.InRange(Median(unknown), wrong.Min() - s_timer, wrong.Max() + s_timer);
        Assert.InRange(Median(wrong), unknown.Min() - s_timer, unknown.Max() + s_timer);
    }

    private async Task<TimeSpan> Refused(string identifier)
    {
        var started = Stopwatch.GetTimestamp();
        (await koda.Host.Anonymous().Post($"{Auth}/login", Credentials(identifier, "wrong password"))).IsRefused(
            401, "auth.invalid_credentials");
        return Stopwatch.GetElapsedTime(started);
    }

    private static TimeSpan Median(List<TimeSpan> times) => times.Order().ElementAt(times.Count / 2);
}

using Koda.Server.Engine.Owners;
using Xunit;

namespace Koda.Server.Tests.Engine.Owners;

/// <summary>How often a password can be guessed, second by second, by somebody who never rests.</summary>
public sealed class SignInRuleTests
{
    private static readonly TimeSpan s_hour = TimeSpan.FromHours(1);
    private static readonly TimeSpan s_second = TimeSpan.FromSeconds(1);

    [Theory]
    [InlineData(false, 20)]
    [InlineData(true, 4)]
    public void One_address_gets_so_many_tries_an_hour_and_no_more(bool isUnderAttack, int most)
    {
        var judged = Guess(isUnderAttack, 5 * s_hour, s_second);
        Assert.Equal(most, judged.Max(first => judged.Count(time => time >= first && time < first + s_hour)));
    }

    [Fact]
    public void Going_slowly_gains_nothing()
    {
        for (var pause = s_second; pause < s_hour; pause *= 2)
        {
            var judged = Guess(isUnderAttack: false, 5 * s_hour, pause);
            Assert.All(judged, first => Assert.InRange(judged.Count(time => time >= first && time < first + s_hour), 1, 20));
        }
    }

    [Fact]
    public void A_newcomer_waits_a_minute_under_attack_and_is_heard_then()
    {
        var first = SignInRule.Try(new Tries(0, null, TimeSpan.Zero), isUnderAttack: true);
        Assert.Equal(SignInRule.NewcomerWait, first.Refusal);
        var again = SignInRule.Try(new Tries(first.Failures, s_second, SignInRule.NewcomerWait - s_second), isUnderAttack: true);
        Assert.Equal((s_second, false), (again.Refusal, again.IsNews));
        Assert.Null(SignInRule.Try(new Tries(first.Failures, TimeSpan.Zero, SignInRule.NewcomerWait), isUnderAttack: true).Refusal);
    }

    [Fact]
    public void An_attack_is_one_from_the_fiftieth_failure_until_half_an_hour_after_the_last()
    {
        var level = 0.0;
        for (var failure = 0; failure < SignInRule.Crowd; failure++)
        {
            Assert.False(SignInRule.IsUnderAttack(level));
            level = SignInRule.Raised(SignInRule.Level(new Tries(level, null, TimeSpan.Zero)));
        }
        Assert.True(SignInRule.IsUnderAttack(level));
        for (var failure = 0; failure < 10_000; failure++)
            level = SignInRule.Raised(level);
        Assert.True(SignInRule.IsUnderAttack(SignInRule.Level(new Tries(level, null, s_hour / 2))));
        Assert.False(SignInRule.IsUnderAttack(SignInRule.Level(new Tries(level, null, s_hour / 2 + s_second))));
        Assert.Equal(0, SignInRule.Level(new Tries(level, null, 2 * s_hour)));
    }

    [Fact]
    public void Clocks_that_disagree_a_little_do_no_harm() => Assert.Equal(7, SignInRule.Level(new Tries(7, null, -s_second)));

    private static List<TimeSpan> Guess(bool isUnderAttack, TimeSpan life, TimeSpan pause)
    {
        var judged = new List<TimeSpan>();
        var (failures, freeAt, last) = (0.0, (TimeSpan?)null, TimeSpan.Zero);
        for (var now = TimeSpan.Zero; now < life; now += pause)
        {
            var verdict = SignInRule.Try(new Tries(failures, freeAt - now, now - last), isUnderAttack);
            if (verdict.Refusal is null)
                judged.Add(now);
            if (verdict.IsNews)
                (failures, freeAt, last) = (verdict.Failures, now + verdict.Wait, now);
        }
        return judged;
    }
}

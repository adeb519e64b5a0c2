using Koda.Server.Engine.Owners;
using Xunit;

namespace Koda.Server.Tests.Engine.Owners;

/// <summary>How often a password can be guessed, second by second, by somebody who never rests.</summary>
public sealed class SignInRuleTests
{
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    [Theory]
    [InlineData(false, 20)]
    [InlineData(true, 4)]
    public void One_address_gets_so_many_tries_an_hour_and_no_more(bool isUnderAttack, int most)
    {
        var judged = Guess(isUnderAttack, 5 * Hour, Second);
        Assert.Equal(most, judged.Max(first => judged.Count(time => time >= first && time < first + Hour)));
    }

    [Fact]
    public void Going_slowly_gains_nothing()
    {
        for (var pause = Second; pause < Hour; pause *= 2)
        {
            var judged = Guess(isUnderAttack: false, 5 * Hour, pause);
            Assert.All(judged, first => Assert.InRange(judged.Count(time => time >= first && time < first + Hour), 1, 20));
        }
    }

    [Fact]
    public void A_newcomer_waits_a_minute_under_attack_and_is_heard_then()
    {
        var first = SignInRule.Try(new Tries(0, null, TimeSpan.Zero), isUnderAttack: true);
        Assert.Equal(SignInRule.NewcomerWait, first.Refusal);
        var again = SignInRule.Try(new Tries(first.Failures, Second, SignInRule.NewcomerWait - Second), isUnderAttack: true);
        Assert.Equal((Second, false), (again.Refusal, again.IsNews));
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
        Assert.True(SignInRule.IsUnderAttack(SignInRule.Level(new Tries(level, null, Hour / 2))));
        Assert.False(SignInRule.IsUnderAttack(SignInRule.Level(new Tries(level, null, Hour / 2 + Second))));
        Assert.Equal(0, SignInRule.Level(new Tries(level, null, 2 * Hour)));
    }

    [Fact]
    public void Clocks_that_disagree_a_little_do_no_harm() => Assert.Equal(7, SignInRule.Level(new Tries(7, null, -Second)));

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

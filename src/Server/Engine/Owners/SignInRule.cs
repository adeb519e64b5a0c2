namespace Koda.Server.Engine.Owners;

/// <summary>What becomes of a try.</summary>
/// <param name="Refusal">For how long the place has to wait; the password is not looked at. Null: the try is judged.</param>
/// <param name="Failures">What the place has failed then, if the try fails.</param>
/// <param name="Wait">What the place has to wait after this try. Null: nothing.</param>
/// <param name="IsNews">False for who waits already: asking again gains and loses nothing.</param>
internal sealed record SignInVerdict(TimeSpan? Refusal, double Failures, TimeSpan? Wait, bool IsNews = true);

/// <summary>
/// Who may try a password, and when. Places (an address, a known device, a session) are counted each by itself, so that nobody's failures
/// keep another one out. Where many places that are not known fail on one account, further ones have to come back after a while and get one
/// try each then: of one address no more than 20 tries an hour are judged, and 4 in such times.
/// </summary>
internal static class SignInRule
{
    /// <summary>Failures of one place until it has to wait.</summary>
    public const int MostFailures = 5;

    /// <summary>How long it waits then.</summary>
    public static readonly TimeSpan Life = TimeSpan.FromSeconds(900);

    /// <summary>Failures of all unknown places together, an hour, from which on an account is under attack.</summary>
    public const int Crowd = 50;

    /// <summary>
    /// What an unknown place waits before its try while an account is under attack: the most that a stranger can cost the owner.
    /// </summary>
    public static readonly TimeSpan NewcomerWait = TimeSpan.FromSeconds(60);

    /// <summary>After which time failures of a place are not counted any more.</summary>
    public static readonly TimeSpan Window = TimeSpan.FromHours(1);

    // With it, an account is under attack until half an hour after the last failure.
    private const double AttackLevel = 1.5 * Crowd;

    /// <summary>What the account's failures are now: they drain as fast as a crowd may fail.</summary>
    public static double Level(Tries account) => Math.Max(0, account.Failures - Math.Max(0, account.Age / Window) * Crowd);

    /// <summary>What they are after one more.</summary>
    public static double Raised(double level) => level + 1 >= Crowd ? AttackLevel : level + 1;

    public static bool IsUnderAttack(double level) => level >= Crowd;

    /// <summary>Judges a try of a place.</summary>
    /// <param name="place">What is known of the place.</param>
    /// <param name="isUnderAttack">Whether it is an unknown place of an account under attack.</param>
    public static SignInVerdict Try(Tries place, bool isUnderAttack)
    {
        if (place.Left is { Ticks: > 0 } left)
            return new SignInVerdict(left, place.Failures, left, IsNews: false);
        var failures = place.Age > Window ? 0 : place.Failures;
        if (isUnderAttack)
            return place.Left is null ? new SignInVerdict(NewcomerWait, failures, NewcomerWait) : new SignInVerdict(null, 0, Life);
        return failures + 1 >= MostFailures ? new SignInVerdict(null, 0, Life) : new SignInVerdict(null, failures + 1, null);
    }
}

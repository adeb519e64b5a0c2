using System.Net;
using System.Security.Cryptography;
using System.Text;
using Koda.Server.Engine.Audit;
using Koda.Server.Engine.Devices;
using Koda.Server.Engine.RateLimits;
using Koda.Server.Infrastructure.Postgres;

namespace Koda.Server.Engine.Owners;

/// <summary>A try to prove who one is, counted as failed until it succeeds.</summary>
/// <param name="Refusal">For how long its place has to wait; the password is not looked at. Null: it is.</param>
/// <param name="Place">Where it comes from.</param>
/// <param name="Account">What all unknown places together are counted under. Null: the place is known.</param>
/// <param name="Device">The known device that it comes from, if any.</param>
internal sealed record SignInTry(TimeSpan? Refusal, byte[] Place, byte[]? Account, KnownDevice? Device);

/// <summary>
/// Counts tries before they are judged, by <see cref="SignInRule"/>, so that tries at the same moment are no more than those one after the
/// other. An identifier that nobody has is counted like an owner, so that neither shows which of them exist.
/// </summary>
internal sealed class SignInGuard(Database database, KnownDeviceStore devices)
{
    // As long as an account's failures take to drain, and a little.
    private static readonly TimeSpan s_rowLife = 2 * SignInRule.Window;
    private const int MostSwept = 20;

    /// <summary>A try to sign in, from a device that is known or from an address.</summary>
    public async Task<SignInTry> Begin(
        OwnerRecord? owner, string identifier, string deviceSecret, Caller caller, CancellationToken cancellationToken)
    {
        var device = await devices.Find(deviceSecret, cancellationToken);
        if (device is not null && device.PrincipalId == owner?.PrincipalId)
            return await Begin(Subject($"device:{device.Id}"), account: null, device, cancellationToken);
        var account = AccountOf(owner, identifier);
        return await Begin(AddressPlace(account, caller), Subject(account), device: null, cancellationToken);
    }

    /// <summary>A try to prove again who is signed in: what a stolen session fails with is its own.</summary>
    public Task<SignInTry> BeginAgain(OwnerRecord owner, Caller caller, CancellationToken cancellationToken)
    {
        var place = caller.CredentialId is { } credential
            ? Subject($"credential:{credential}")
            : AddressPlace(AccountOf(owner, ""), caller);
        return Begin(place, account: null, device: null, cancellationToken);
    }

    /// <summary>Forgets what the place of a try failed before.</summary>
    public static async Task Succeed(Transaction transaction, SignInTry tried, CancellationToken cancellationToken)
    {
        // The account first, as in a try: two that lock the same in another order would wait for each other.
        if (tried.Account is { } account)
            await SignInFailureStore.TakeBack(transaction, account, cancellationToken);
        await SignInFailureStore.Clear(transaction, tried.Place, cancellationToken);
    }

    /// <summary>Lets the owner sign in at once from where they are.</summary>
    public static Task Admit(Transaction transaction, OwnerRecord owner, Caller caller, CancellationToken cancellationToken) =>
        SignInFailureStore.Admit(transaction, AddressPlace(AccountOf(owner, ""), caller), cancellationToken);

    private async Task<SignInTry> Begin(byte[] place, byte[]? account, KnownDevice? device, CancellationToken cancellationToken)
    {
        // Who waits already takes no turn at the account, which each of a crowd would hold up.
        var left = await database.Read((connection, token) => SignInFailureStore.Left(connection, place, token), cancellationToken);
        return left is null
            ? await database.InTransaction((transaction, token) => Count(transaction, place, account, device, token), cancellationToken)
            : new SignInTry(left, place, account, device);
    }

    private static async Task<SignInTry> Count(
        Transaction transaction, byte[] place, byte[]? account, KnownDevice? device, CancellationToken cancellationToken)
    {
        var level = account is null ? 0 : SignInRule.Level(await SignInFailureStore.Lock(transaction, account, cancellationToken));
        var verdict = SignInRule.Try(await SignInFailureStore.Lock(transaction, place, cancellationToken), SignInRule.IsUnderAttack(level));
        if (verdict.IsNews)
            await SignInFailureStore.Set(transaction, place, verdict.Failures, verdict.Wait, cancellationToken);
        if (account is not null && verdict.Refusal is null)
            await SignInFailureStore.Set(transaction, account, SignInRule.Raised(level), wait: null, cancellationToken);
        await SignInFailureStore.Sweep(transaction, s_rowLife, MostSwept, cancellationToken);
        return new SignInTry(verdict.Refusal, place, account, device);
    }

    private static string AccountOf(OwnerRecord? owner, string identifier) =>
        owner is null ? $"unknown:{identifier.Trim().ToLowerInvariant()}" : $"owner:{owner.PrincipalId}";

    private static byte[] AddressPlace(string account, Caller caller) =>
        Subject($"{Subscriber.Of(IPAddress.TryParse(caller.Address, out var address) ? address : null)} {account}");

    private static byte[] Subject(string name) => SHA256.HashData(Encoding.UTF8.GetBytes(name));
}

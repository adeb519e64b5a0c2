using System.Security.Cryptography;
using System.Text;
using Koda.Server.Infrastructure.Postgres;

namespace Koda.Server.Engine.Owners;

/// <summary>
/// Counts failed attempts to prove who one is, and locks after too many. What is counted is the owner, by whatever identifier, or the identifier itself
/// when nobody has it; so neither shows which of them exist.
/// </summary>
internal static class SignInLock
{
    public const int MostFailures = 5;
    public static readonly TimeSpan Life = TimeSpan.FromSeconds(900);

    public static byte[] Subject(OwnerRecord? owner, string identifier) =>
        SHA256.HashData(Encoding.UTF8.GetBytes(owner is null ? $"unknown:{identifier.Trim().ToLowerInvariant()}" : $"owner:{owner.PrincipalId}"));

    /// <summary>For how long the subject is still locked; null when it is not.</summary>
    public static Task<TimeSpan?> Remaining(Transaction transaction, byte[] subject, CancellationToken cancellationToken) =>
        SignInFailureStore.Locked(transaction, subject, cancellationToken);

    /// <returns>True when this failure locks the subject.</returns>
    public static Task<bool> Fail(Transaction transaction, byte[] subject, CancellationToken cancellationToken) =>
        SignInFailureStore.Count(transaction, subject, MostFailures, Life, cancellationToken);

    public static Task Clear(Transaction transaction, byte[] subject, CancellationToken cancellationToken) =>
        SignInFailureStore.Clear(transaction, subject, cancellationToken);
}

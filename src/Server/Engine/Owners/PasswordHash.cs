using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Koda.Server.Engine.Owners;

/// <summary>
/// Derives what is stored of a password: <c>pbkdf2-sha512$rounds$salt$hash</c>. A derivation keeps a core busy for a while, so no more of
/// them run at once than there are cores, away from the threads that serve connections.
/// </summary>
internal sealed class PasswordHash : IDisposable
{
    private const string Scheme = "pbkdf2-sha512";
    private const int Rounds = 210_000;
    private const int SaltSize = 16;
    private const int HashSize = 32;

    // Stands in for the hash of somebody who does not exist, so that their absence does not show in the time of the answer.
    private static readonly string s_nobody = Format(Rounds, new byte[SaltSize], new byte[HashSize]);

    private readonly SemaphoreSlim _cores = new(Environment.ProcessorCount);

    public async Task<string> Derive(string password, CancellationToken cancellationToken)
    {
        var salt = RandomNumberGenerator.GetBytes(SaltSize);
        return Format(Rounds, salt, await Derive(password, salt, Rounds, cancellationToken));
    }

    /// <summary>Compares in constant time. Without a stored hash it takes as long, and says no.</summary>
    public async Task<bool> Verify(string password, string? stored, CancellationToken cancellationToken)
    {
        var parts = (stored ?? s_nobody).Split('$');
        if (parts is not [Scheme, var rounds, var salt, var hash])
            throw new InvalidDataException("The stored password hash has an unknown form.");
        var derived = await Derive(
            password, Convert.FromBase64String(salt), int.Parse(rounds, CultureInfo.InvariantCulture), cancellationToken);
        return CryptographicOperations.FixedTimeEquals(derived, Convert.FromBase64String(hash)) && stored is not null;
    }

    public void Dispose() => _cores.Dispose();

    private async Task<byte[]> Derive(string password, byte[] salt, int rounds, CancellationToken cancellationToken)
    {
        await _cores.WaitAsync(cancellationToken);
        try
        {
            return await Task.Run(
                () => Rfc2898DeriveBytes.Pbkdf2(Encoding.UTF8.GetBytes(password), salt, rounds, HashAlgorithmName.SHA512, HashSize),
                cancellationToken);
        }
        finally
        {
            _cores.Release();
        }
    }

    private static string Format(int rounds, byte[] salt, byte[] hash) =>
        string.Create(CultureInfo.InvariantCulture, $"{Scheme}${rounds}${Convert.ToBase64String(salt)}${Convert.ToBase64String(hash)}");
}

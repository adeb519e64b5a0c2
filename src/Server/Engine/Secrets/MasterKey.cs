using System.Security.Cryptography;

namespace Koda.Server.Engine.Secrets;

/// <summary>The key that seals every stored secret: 32 bytes, and a short name by which an envelope says which key sealed it.</summary>
internal sealed class MasterKey
{
    public const int Size = 32;
    public const string File = "master.key";
    public const string Variable = "KODA_MASTER_KEY";

    private MasterKey(byte[] bytes)
    {
        Bytes = bytes;
        Id = SHA256.HashData(bytes)[..IdSize];
    }

    public const int IdSize = 4;

    public byte[] Bytes { get; }

    public byte[] Id { get; }

    /// <summary>Takes the key from the environment, else from the data folder, else makes one there that only the owner can read.</summary>
    /// <exception cref="InvalidOperationException">The key that was given is not 32 bytes in base64 or hex.</exception>
    public static async Task<MasterKey> Load(string dataDirectory, CancellationToken cancellationToken)
    {
        if (Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } given)
            return Parse(given.Trim(), Variable);
        var file = Path.Combine(dataDirectory, File);
        if (System.IO.File.Exists(file))
            return Parse((await System.IO.File.ReadAllTextAsync(file, cancellationToken)).Trim(), file);
        var made = new MasterKey(RandomNumberGenerator.GetBytes(Size));
        await PrivateFile.Write(file, Convert.ToBase64String(made.Bytes) + "\n", cancellationToken);
        return made;
    }

    internal static MasterKey Parse(string text, string source)
    {
        var bytes = new byte[Size];
        if (text.Length == Size * 2 && Convert.FromHexString(text, bytes, out _, out var written) == System.Buffers.OperationStatus.Done && written == Size)
            return new MasterKey(bytes);
        return Convert.TryFromBase64String(text, bytes, out written) && written == Size
            ? new MasterKey(bytes)
            : throw new InvalidOperationException($"{source} must hold {Size} bytes in base64 or hex.");
    }
}

using System.Security.Cryptography;
using System.Text;

namespace Koda.Worker.Tools;

/// <summary>A text file that is read whole, to be changed.</summary>
/// <param name="Text">The text, without the byte-order mark.</param>
/// <param name="HasMark">Whether the file begins with a byte-order mark.</param>
/// <param name="Digest">The SHA-256 of the bytes, in lower-case hex.</param>
internal sealed record TextFile(string Text, bool HasMark, string Digest)
{
    /// <summary>Files larger than this are not changed by tools.</summary>
    public const int MaxBytes = 8 * 1024 * 1024;

    private static readonly UTF8Encoding s_utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>Reads a file that is open from its beginning.</summary>
    /// <exception cref="ToolException">It is too large or not text in UTF-8.</exception>
    public static async Task<TextFile> Read(string path, FileStream stream, CancellationToken cancellationToken)
    {
        if (stream.Length > MaxBytes)
            throw new ToolException($"'{path}' has {stream.Length} bytes; at most {MaxBytes} can be changed by a tool.");
        var bytes = new byte[stream.Length];
        stream.Position = 0;
        await stream.ReadExactlyAsync(bytes, cancellationToken);
        var mark = bytes.AsSpan().StartsWith(Encoding.UTF8.Preamble);
        try
        {
            return new TextFile(s_utf8.GetString(bytes, mark ? 3 : 0, bytes.Length - (mark ? 3 : 0)), mark, Hash(bytes));
        }
        catch (DecoderFallbackException)
        {
            throw new ToolException($"'{path}' is not text in UTF-8.");
        }
    }

    /// <summary>Replaces the content of an open file and keeps a byte-order mark.</summary>
    /// <returns>The SHA-256 of the new content.</returns>
    public static async Task<string> Write(FileStream stream, string text, bool mark, CancellationToken cancellationToken)
    {
        byte[] bytes = [.. mark ? Encoding.UTF8.Preamble : [], .. Encoding.UTF8.GetBytes(mark ? text.TrimStart('\uFEFF') : text)];
        stream.Position = 0;
        await stream.WriteAsync(bytes, cancellationToken);
        stream.SetLength(bytes.Length);
        await stream.FlushAsync(cancellationToken);
        return Hash(bytes);
    }

    /// <summary>The SHA-256 of a stream from its beginning, in lower-case hex.</summary>
    public static async Task<string> Hash(Stream stream, CancellationToken cancellationToken)
    {
        stream.Position = 0;
        return Convert.ToHexStringLower(await SHA256.HashDataAsync(stream, cancellationToken));
    }

    /// <summary>The SHA-256 of bytes, in lower-case hex.</summary>
    public static string Hash(byte[] bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));
}

using System.Buffers;
using Grpc.Core;

namespace Koda.Server.Http.Wire;

/// <summary>How metadata travels as HTTP headers: text as it is, bytes as base64, reserved names not at all.</summary>
internal static class MetadataHeaders
{
    private const string ReservedPrefix = "grpc-";

    private static readonly SearchValues<char> s_printable = SearchValues.Create(
        [.. Enumerable.Range(0x20, 0x7f - 0x20).Select(code => (char)code)]);

    private static readonly SearchValues<char> s_keyCharacters = SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-.");

    /// <summary>Whether a header belongs to HTTP or gRPC itself, so that metadata neither sets nor shows it.</summary>
    public static bool IsReserved(string name) => name.Length switch
    {
        0 => true,
        _ when name[0] == ':' => true,
        2 => Is(name, "te"),
        4 => Is(name, "host"),
        7 => Is(name, "upgrade"),
        _ when name.StartsWith(ReservedPrefix, StringComparison.OrdinalIgnoreCase) => !IsForUsers(name),
        10 => Is(name, "connection") || Is(name, "keep-alive"),
        12 => Is(name, "content-type"),
        14 => Is(name, "content-length"),
        15 => Is(name, "accept-encoding"),
        16 => Is(name, "proxy-connection"),
        17 => Is(name, "transfer-encoding"),
        _ => false,
    };

    /// <summary>The header value of an entry.</summary>
    /// <exception cref="RpcException">INTERNAL: the text has characters that no header can carry.</exception>
    public static string Encode(Metadata.Entry entry)
    {
        if (entry.IsBinary)
            return Convert.ToBase64String(entry.ValueBytes).TrimEnd('=');
        if (entry.Value.AsSpan().ContainsAnyExcept(s_printable))
            throw new RpcException(new Status(
                StatusCode.Internal, $"The metadata '{entry.Key}' has characters other than printable ASCII; use a '-bin' key for them."));
        return entry.Value;
    }

    /// <summary>Adds what a peer sent in one header, unless its name is reserved. Several binary values may be joined by commas.</summary>
    /// <exception cref="RpcException">INTERNAL: a binary value is not base64.</exception>
    public static void AddTo(Metadata metadata, string name, string value)
    {
        // HTTP lets a name have characters that gRPC knows no metadata with.
        if (IsReserved(name) || name.AsSpan().ContainsAnyExcept(s_keyCharacters))
            return;
        var key = name.ToLowerInvariant();
        if (!key.EndsWith(Metadata.BinaryHeaderSuffix, StringComparison.Ordinal))
        {
            metadata.Add(key, value);
            return;
        }
        foreach (var range in value.AsSpan().Split(','))
            metadata.Add(new Metadata.Entry(key, DecodeBytes(key, value.AsSpan()[range].Trim())));
    }

    private static byte[] DecodeBytes(string key, ReadOnlySpan<char> base64)
    {
        base64 = base64.TrimEnd('=');
        var padded = ArrayPool<char>.Shared.Rent(base64.Length + 3);
        try
        {
            base64.CopyTo(padded);
            var length = (base64.Length + 3) & ~3;
            padded.AsSpan(base64.Length, length - base64.Length).Fill('=');
            return Convert.FromBase64CharArray(padded, 0, length);
        }
        catch (FormatException exception)
        {
            throw new RpcException(new Status(StatusCode.Internal, $"The value of '{key}' is not base64.", exception));
        }
        finally
        {
            ArrayPool<char>.Shared.Return(padded);
        }
    }

    private static bool IsForUsers(string name) =>
        Is(name, WireNames.StatusDetails) || Is(name, WireNames.RetryPushback) || Is(name, WireNames.PreviousAttempts)
        || Is(name, "grpc-trace-bin") || Is(name, "grpc-tags-bin");

    private static bool Is(string name, string other) => name.Equals(other, StringComparison.OrdinalIgnoreCase);
}

namespace Koda.Rpc.AspNetCore;

/// <summary>Base64 as `-bin` metadata carries it: written without padding, read with or without.</summary>
internal static class BinaryMetadata
{
    public static string Encode(ReadOnlySpan<byte> value) => Convert.ToBase64String(value).TrimEnd('=');

    /// <exception cref="RpcFault">INVALID_REQUEST: the value is not base64.</exception>
    public static byte[] Decode(string value)
    {
        var padded = value.TrimEnd('=');
        padded = padded.PadRight(padded.Length + ((4 - (padded.Length % 4)) % 4), '=');
        var bytes = new byte[padded.Length / 4 * 3];
        return Convert.TryFromBase64String(padded, bytes, out var written)
            ? bytes[..written]
            : throw new RpcFault(Protos.Common.V1.ErrorReason.InvalidRequest, "A -bin metadata value is not base64.");
    }
}

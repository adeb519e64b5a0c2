using Grpc.Core;
using Microsoft.AspNetCore.Http;

namespace Koda.Rpc.AspNetCore;

/// <summary>Reads the metadata of a call from its HTTP headers.</summary>
internal static class RequestMetadata
{
    public static Metadata From(IHeaderDictionary headers)
    {
        var metadata = new Metadata();
        foreach (var (name, values) in headers)
        {
            if (IsOfTheTransport(name))
                continue;
            foreach (var value in values)
            {
                if (value is null)
                    continue;
                if (name.EndsWith(Metadata.BinaryHeaderSuffix, StringComparison.OrdinalIgnoreCase))
                    AddBinary(metadata, name, value);
                else
                    metadata.Add(name, value);
            }
        }

        return metadata;
    }

    private static void AddBinary(Metadata metadata, string name, string value)
    {
        // Several values may have been joined by a proxy; base64 holds no comma.
        foreach (var part in value.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
            metadata.Add(name, BinaryMetadata.Decode(part));
    }

    private static bool IsOfTheTransport(string name) =>
        name.StartsWith(':')
        || name.StartsWith("grpc-", StringComparison.OrdinalIgnoreCase)
        || name.Equals("content-type", StringComparison.OrdinalIgnoreCase)
        || name.Equals("te", StringComparison.OrdinalIgnoreCase)
        || name.Equals("host", StringComparison.OrdinalIgnoreCase);
}

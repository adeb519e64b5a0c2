using Grpc.Core;
using Microsoft.AspNetCore.Http;

namespace Koda.Rpc.AspNetCore;

/// <summary>Writes metadata as HTTP headers or trailers.</summary>
internal static class ResponseMetadata
{
    public static void CopyTo(Metadata metadata, IHeaderDictionary headers)
    {
        foreach (var entry in metadata)
            headers.Append(entry.Key, entry.IsBinary ? BinaryMetadata.Encode(entry.ValueBytes) : entry.Value);
    }
}

using Grpc.Core;
using Koda.Server.Http.Wire;
using Microsoft.AspNetCore.Http;

namespace Koda.Server.Http;

/// <summary>Writes metadata as HTTP headers or trailers.</summary>
internal static class ResponseMetadata
{
    public static void CopyTo(Metadata metadata, IHeaderDictionary headers)
    {
        foreach (var entry in metadata)
        {
            if (!MetadataHeaders.IsReserved(entry.Key))
                headers.Append(entry.Key, MetadataHeaders.Encode(entry));
        }
    }
}

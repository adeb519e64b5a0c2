using Grpc.Core;
using Microsoft.AspNetCore.Http;

namespace Koda.Server.Http;

/// <summary>Writes the metadata of a failure as HTTP headers.</summary>
internal static class ResponseMetadata
{
    public static void CopyTo(Metadata metadata, IHeaderDictionary headers)
    {
        foreach (var entry in metadata)
            headers.Append(entry.Key, entry.IsBinary ? Convert.ToBase64String(entry.ValueBytes) : entry.Value);
    }
}

using Grpc.Core;
using Koda.Rpc.Wire;
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
            foreach (var value in values)
            {
                if (value is not null)
                    MetadataHeaders.AddTo(metadata, name, value);
            }
        }

        return metadata;
    }
}

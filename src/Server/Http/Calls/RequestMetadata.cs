using Grpc.Core;
using Koda.Server.Http.Wire;
using Microsoft.AspNetCore.Http;

namespace Koda.Server.Http;

/// <summary>Reads the metadata of a call from its HTTP headers.</summary>
internal static class RequestMetadata
{
    /// <exception cref="RpcFault">INVALID_REQUEST: the value of a `-bin` header is not base64.</exception>
    public static Metadata From(IHeaderDictionary headers)
    {
        var metadata = new Metadata();
        foreach (var (name, values) in headers)
        {
            foreach (var value in values)
            {
                if (value is not null)
                    Add(metadata, name, value);
            }
        }

        return metadata;
    }

    private static void Add(Metadata metadata, string name, string value)
    {
        try
        {
            MetadataHeaders.AddTo(metadata, name, value);
        }
        catch (RpcException)
        {
            throw RpcFault.Invalid(new FieldFault(name, "must be base64, as every header whose name ends in '-bin'"));
        }
    }
}

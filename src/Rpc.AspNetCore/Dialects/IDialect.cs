using System.Text.Json;
using Microsoft.OpenApi;

namespace Koda.Rpc.AspNetCore;

/// <summary>The manners of one API family by REST.</summary>
public interface IDialect
{
    /// <summary>The name by which a service's policy option asks for it.</summary>
    string Name { get; }

    /// <summary>The path prefixes under which requests that match no route are answered in this dialect, such as `/api/v1`.</summary>
    IReadOnlyList<string> PathPrefixes { get; }

    /// <summary>Writes an error as the whole body of a reply.</summary>
    void WriteError(Utf8JsonWriter json, CallFailure failure, string requestId);

    /// <summary>What <see cref="WriteError"/> writes, for the documentation.</summary>
    OpenApiSchema ErrorSchema => new() { Type = JsonSchemaType.Object };
}

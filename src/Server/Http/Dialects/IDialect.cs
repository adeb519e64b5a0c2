using System.Text.Json;
using Microsoft.OpenApi;

namespace Koda.Server.Http;

/// <summary>The manners of one API family by REST.</summary>
internal interface IDialect
{
    /// <summary>The name by which a service's policy option asks for it.</summary>
    string Name { get; }

    /// <summary>The path prefixes under which requests that match no route are answered in this dialect, such as `/api/v1`.</summary>
    IReadOnlyList<string> PathPrefixes { get; }

    /// <summary>
    /// The member within which the reply of a success is written; empty: the reply is the whole body. A reply that has a field of this name
    /// is an envelope already, and a page is written so: with its items there, and what else there is to say beside them.
    /// </summary>
    string Envelope => "";

    /// <summary>How an error is told by HTTP. Every one has a status and a code.</summary>
    ErrorSpelling Spell(ErrorDescription error) => new(error.HttpStatus, error.Code);

    /// <summary>Writes an error as the whole body of a reply.</summary>
    void WriteError(Utf8JsonWriter json, CallFailure failure, string requestId);

    /// <summary>What <see cref="WriteError"/> writes, for the documentation.</summary>
    OpenApiSchema ErrorSchema => new() { Type = JsonSchemaType.Object };
}

/// <summary>An error as a dialect tells it.</summary>
/// <param name="HttpStatus">The status by HTTP, from 400 on.</param>
/// <param name="Code">The stable machine code.</param>
internal readonly record struct ErrorSpelling(int HttpStatus, string Code);

using System.Text.Json;
using Microsoft.OpenApi;

namespace Koda.Server.Http;

/// <summary>Koda's own manners: errors are `{code, message, details?}`. Used where nothing else is asked for.</summary>
internal sealed class KodaDialect : IDialect
{
    public string Name => "koda";

    public IReadOnlyList<string> PathPrefixes => ["/"];

    public OpenApiSchema ErrorSchema =>
        new()
        {
            Type = JsonSchemaType.Object,
            Properties = new Dictionary<string, IOpenApiSchema>
            {
                ["code"] = new OpenApiSchema
                {
                    Type = JsonSchemaType.String,
                    Description = "The stable machine code, such as `request.invalid`.",
                },
                ["message"] = new OpenApiSchema { Type = JsonSchemaType.String, Description = "What happened, for people." },
                ["details"] = new OpenApiSchema { Type = JsonSchemaType.Object, Description = "Facts that a program may use." },
            },
            Required = new HashSet<string> { "code", "message" },
        };

    public void WriteError(Utf8JsonWriter json, CallFailure failure, string requestId)
    {
        json.WriteStartObject();
        json.WriteString("code", failure.Description.Code);
        json.WriteString("message", failure.Message);
        if (failure.Details is { Count: > 0 } || failure.Fields.Count > 0)
            WriteDetails(json, failure);
        json.WriteEndObject();
    }

    private static void WriteDetails(Utf8JsonWriter json, CallFailure failure)
    {
        json.WriteStartObject("details");
        foreach (var (name, value) in failure.Details ?? [])
        {
            json.WritePropertyName(name);
            JsonSerializer.Serialize(json, value);
        }

        if (failure.Fields.Count > 0)
            json.WriteIssues(failure.Fields);
        json.WriteEndObject();
    }
}

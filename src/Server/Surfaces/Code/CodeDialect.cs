using System.Text.Json;
using System.Text.Json.Nodes;
using Koda.Server.Http;
using Microsoft.OpenApi;

namespace Koda.Server.Surfaces.Code;

/// <summary>
/// The manners of coding sessions: errors are `{code, message, details?}` with the message once more as `error`, which its clients read.
/// </summary>
internal sealed class CodeDialect : IDialect
{
    public string Name => "code";

    public IReadOnlyList<string> PathPrefixes => ["/sessions", "/agents", "/models", "/settings", "/config", "/health"];

    public OpenApiSchema ErrorSchema => new()
    {
        Type = JsonSchemaType.Object,
        Properties = new Dictionary<string, IOpenApiSchema>
        {
            ["error"] = new OpenApiSchema { Type = JsonSchemaType.String, Description = "What happened, for people." },
            ["code"] = new OpenApiSchema { Type = JsonSchemaType.String, Description = "The stable machine code, such as `turn.running`." },
            ["message"] = new OpenApiSchema { Type = JsonSchemaType.String, Description = "The same as `error`." },
            ["details"] = new OpenApiSchema { Type = JsonSchemaType.Object, Description = "Facts that a program may use." },
        },
        Required = new HashSet<string> { "error", "code", "message" },
    };

    public void WriteError(Utf8JsonWriter json, CallFailure failure, string requestId)
    {
        json.WriteStartObject();
        json.WriteString("error", failure.Message);
        json.WriteString("code", failure.Description.Code);
        json.WriteString("message", failure.Message);
        if (failure.Details is { Count: > 0 } || failure.Fields.Count > 0)
        {
            json.WriteStartObject("details");
            foreach (var (name, value) in failure.Details ?? [])
            {
                json.WritePropertyName(name);
                (value ?? JsonValue.Create((string?)null))?.WriteTo(json);
            }
            if (failure.Fields.Count > 0)
                json.WriteIssues(failure.Fields);
            json.WriteEndObject();
        }
        json.WriteEndObject();
    }
}

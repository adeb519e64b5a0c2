using System.Text.Json;

namespace Koda.Http.Tests.Rest;

/// <summary>Other manners: an envelope, and statuses and codes of its own.</summary>
internal sealed class LoudDialect : IDialect
{
    public string Name => "loud";

    public IReadOnlyList<string> PathPrefixes => ["/loud"];

    public string Envelope => "data";

    public ErrorSpelling Spell(ErrorDescription error) => error.Name switch
    {
        "TASK_QUEUE_FULL" or "AUTH_RATE_LIMITED" => new(420, "CALM_DOWN"),
        "PERMISSION_DENIED" => new(401, "WHO"),
        _ => new(error.HttpStatus, error.Name),
    };

    public void WriteError(Utf8JsonWriter json, CallFailure failure, string requestId)
    {
        json.WriteStartObject();
        json.WriteString("OOPS", Spell(failure.Description).Code);
        json.WriteString("id", requestId);
        json.WriteEndObject();
    }
}

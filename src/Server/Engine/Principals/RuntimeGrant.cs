using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Koda.Server.Engine.Principals;

/// <summary>
/// What a signed runtime token says. Its text is <c>base64url(JSON).base64url(HMAC-SHA256 over the first part)</c>, its key the configured
/// runtime token.
/// </summary>
/// <param name="Capabilities">Of <c>read</c>, <c>mutate</c> and <c>attach</c>.</param>
/// <param name="ExpiresAt">When it ends, in seconds since 1970.</param>
internal sealed record RuntimeGrant(IReadOnlyList<string> Capabilities, long ExpiresAt)
{
    /// <summary>The one agent that it is for; empty or <c>*</c>: all.</summary>
    public string? AgentScope { get; init; }

    /// <summary>The one workspace that it is for; empty or <c>*</c>: all.</summary>
    public string? WorkspaceScope { get; init; }

    /// <summary>The one source that it is for; empty or <c>*</c>: all.</summary>
    public string? SourceScope { get; init; }

    /// <summary>Whether it shows what is sensitive. This runtime API redacts that for everybody.</summary>
    public bool SensitiveAllowed { get; init; }

    /// <summary>When it was signed, in seconds since 1970.</summary>
    public long IssuedAt { get; init; }

    /// <summary>True when it is for a part of the runtime API only.</summary>
    [System.Text.Json.Serialization.JsonIgnore]
    public bool IsRestricted => IsRestriction(AgentScope) || IsRestriction(WorkspaceScope) || IsRestriction(SourceScope);

    public string Sign(string key)
    {
        var payload = Base64Url.EncodeToString(Encoding.UTF8.GetBytes(EngineJson.Write(this)));
        return $"{payload}.{Base64Url.EncodeToString(Signature(payload, key))}";
    }

    /// <summary>The grant in a text that the key has signed; null in any other.</summary>
    public static RuntimeGrant? Verify(string text, string key)
    {
        if (text.Split('.') is not [var payload, var signature] || !Base64Url.IsValid(payload) || !Base64Url.IsValid(signature))
            return null;
        if (!CryptographicOperations.FixedTimeEquals(Signature(payload, key), Base64Url.DecodeFromChars(signature)))
            return null;
        try
        {
            var grant = JsonSerializer.Deserialize<RuntimeGrant>(Base64Url.DecodeFromChars(payload), EngineJson.Options);
            return grant is { Capabilities: not null } ? grant : null;
        }
        catch (JsonException)
        {
            // Signed with the right key, and still no grant.
            return null;
        }
    }

    private static byte[] Signature(string payload, string key) =>
        HMACSHA256.HashData(Encoding.UTF8.GetBytes(key), Encoding.ASCII.GetBytes(payload));

    private static bool IsRestriction(string? scope) => scope is not (null or "" or "*");
}

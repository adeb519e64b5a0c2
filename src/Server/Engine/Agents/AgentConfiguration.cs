using System.Globalization;
using Koda.Protos.Common.V1;

namespace Koda.Server.Engine.Agents;

/// <summary>An agent as its owner configures it: the draft that edits change, and what is published of it.</summary>
internal sealed record AgentConfiguration(
    string Id,
    AgentState State,
    AgentDefinition Draft,
    long Revision,
    int? Version,
    DateTimeOffset? PublishedAt,
    AgentDefinition? Published,
    DateTimeOffset CreatedAt,
    DateTimeOffset UpdatedAt)
{
    /// <summary>Names the draft as it is now.</summary>
    public string Etag => Revision.ToString(CultureInfo.InvariantCulture);

    public string Name => Draft.Name.Length > 0 ? Draft.Name : Id;

    public bool HasUnpublishedChanges => Published is null || EngineJson.Write(Draft) != EngineJson.Write(Published);

    /// <summary>Refuses an act that was decided on another draft. An empty etag is no condition.</summary>
    /// <exception cref="EngineException">AGENT_CONFLICT.</exception>
    public void Require(string etag)
    {
        if (etag.Length > 0 && etag != Etag)
        {
            throw new EngineException(
                ErrorReason.AgentConflict,
                $"The draft of agent '{Id}' has changed since it was read.",
                new Dictionary<string, string> { ["etag"] = Etag });
        }
    }
}

/// <summary>What an edit makes of a draft.</summary>
/// <param name="Definition">The new definition.</param>
/// <param name="ProviderApiKey">The key of its provider, kept sealed apart from it until it is published. Empty: keep the one that is
/// there.</param>
internal sealed record DraftEdit(AgentDefinition Definition, string ProviderApiKey);

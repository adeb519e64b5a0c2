using Google.Protobuf.WellKnownTypes;
using Koda.Server.Engine.Agents;
using Wire = Koda.Protos.ControlPlane.V1;

namespace Koda.Server.Surfaces.ControlPlane;

/// <summary>The control-plane API's view of agents.</summary>
internal static class AgentViews
{
    public static Wire.AgentConfiguration From(AgentDetails details)
    {
        var agent = details.Agent;
        return new Wire.AgentConfiguration
        {
            AgentId = agent.Id,
            Name = agent.Name,
            State = State(agent.State),
            Version = agent.Version ?? 0,
            PublishedAt = Time(agent.PublishedAt),
            HasUnpublishedChanges = agent.HasUnpublishedChanges,
            Etag = agent.Etag,
            Draft = DefinitionViews.From(agent.Draft),
            Published = agent.Published is { } published ? DefinitionViews.From(published) : null,
            Sections = { AgentFields.Sections },
            Versions = { details.Versions.Select(From) },
            Secrets = { details.Secrets.Select(From) },
            Validation = From(details.Report),
            CreatedAt = Time(agent.CreatedAt),
            UpdatedAt = Time(agent.UpdatedAt),
        };
    }

    public static Wire.AgentSummary Summary(AgentConfiguration agent) => new()
    {
        AgentId = agent.Id,
        Name = agent.Name,
        Description = agent.Draft.Description,
        State = State(agent.State),
        Version = agent.Version ?? 0,
        PublishedAt = Time(agent.PublishedAt),
        HasUnpublishedChanges = agent.HasUnpublishedChanges,
        Etag = agent.Etag,
        CreatedAt = Time(agent.CreatedAt),
        UpdatedAt = Time(agent.UpdatedAt),
    };

    public static Wire.AgentPublication From(Publication publication) => new()
    {
        AgentId = publication.Id,
        Version = publication.Version,
        Summary = publication.Summary,
        DesiredVersion = publication.Version,
        AppliedVersion = publication.Version,
        PublishedAt = Time(publication.PublishedAt),
        Warnings = { publication.Warnings.Select(From) },
    };

    public static Wire.AgentVersion From(AgentVersion version) => new()
    {
        Version = version.Version,
        PublishedAt = Time(version.PublishedAt),
        PublishedBy = version.PublishedBy,
        Summary = version.Summary,
    };

    public static Wire.AgentSecret From(AgentSecret secret) => new()
    {
        Id = $"agent:{secret.AgentId}:{secret.Name}",
        Scope = "agent",
        SecretKey = secret.Name,
        UpdatedAt = Time(secret.UpdatedAt),
    };

    public static Wire.AgentChecks From(AgentReport report) => new()
    {
        Ok = report.Errors.Count == 0,
        Errors = { report.Errors.Select(From) },
        Warnings = { report.Warnings.Select(From) },
    };

    public static Wire.AgentLifecycle State(AgentState state) => state switch
    {
        AgentState.Draft => Wire.AgentLifecycle.Draft,
        AgentState.Active => Wire.AgentLifecycle.Active,
        AgentState.Paused => Wire.AgentLifecycle.Paused,
        AgentState.Archived => Wire.AgentLifecycle.Archived,
        _ => throw new ArgumentOutOfRangeException(nameof(state), state, "An agent state that nobody is shown."),
    };

    /// <summary>The engine's state for a filter; null for any.</summary>
    public static AgentState? Filter(Wire.AgentLifecycle state) => state switch
    {
        Wire.AgentLifecycle.Draft => AgentState.Draft,
        Wire.AgentLifecycle.Active => AgentState.Active,
        Wire.AgentLifecycle.Paused => AgentState.Paused,
        Wire.AgentLifecycle.Archived => AgentState.Archived,
        _ => null,
    };

    private static Wire.AgentFinding From(AgentFinding finding) => new() { Path = finding.Path, Message = finding.Message };

    private static Timestamp? Time(DateTimeOffset? time) => time is { } at ? Timestamp.FromDateTimeOffset(at) : null;
}

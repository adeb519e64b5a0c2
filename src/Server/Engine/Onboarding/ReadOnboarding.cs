using Koda.Server.Engine.Agents;
using Koda.Server.Engine.Owners;
using Koda.Server.Engine.Providers;
using Koda.Server.Engine.Readiness;

namespace Koda.Server.Engine.Onboarding;

/// <summary>Finds out where the set-up stands. A server whose database is gone says just that.</summary>
internal sealed class ReadOnboarding(CheckReadiness checkReadiness, OwnerStore owners, ReadConnections connections, ListAgents agents)
{
    private const int MostAgents = 50;

    public async Task<OnboardingState> Execute(CancellationToken cancellationToken)
    {
        var parts = await checkReadiness.Execute(cancellationToken);
        if (parts.Any(part => part is { Name: "database" or "migrations", IsOk: false }))
            return new OnboardingState(parts, HasOwner: false, [], []);
        var active = await agents.Execute(AgentState.Active, MostAgents, cursor: "", cancellationToken);
        return new OnboardingState(
            parts,
            await owners.Find(cancellationToken) is not null,
            [.. (await connections.All(cancellationToken)).Where(connection => connection.Configured)],
            active.Items);
    }
}

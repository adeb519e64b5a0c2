using Koda.Server.Engine.Agents;
using Koda.Server.Engine.Settings;

namespace Koda.Server.Surfaces.Code;

/// <summary>The agent of sessions that name none.</summary>
internal static class DefaultAgent
{
    public static async ValueTask<string> Of(CurrentSettings settings, CancellationToken cancellationToken) =>
        (await settings.Read(cancellationToken)).Defaults.AgentId is { Length: > 0 } chosen ? chosen : BuiltInAgents.Engineer;
}

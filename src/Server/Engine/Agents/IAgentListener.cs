using Koda.Server.Infrastructure.Postgres;

namespace Koda.Server.Engine.Agents;

/// <summary>Hears inside the transaction that an agent takes no work any more.</summary>
internal interface IAgentListener
{
    Task Stopped(Transaction transaction, string agentId, CancellationToken cancellationToken);
}

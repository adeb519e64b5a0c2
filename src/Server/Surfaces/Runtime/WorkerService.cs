using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Koda.Server.Engine.Workers;
using Wire = Koda.Protos.Runtime.V1;

namespace Koda.Server.Surfaces.Runtime;

/// <summary>Shows the connected workers.</summary>
internal sealed class WorkerService(ListWorkers listWorkers) : Wire.WorkerService.WorkerServiceBase
{
    public override async Task<Wire.ListWorkersResponse> ListWorkers(Wire.ListWorkersRequest request, ServerCallContext context) =>
        new() { Items = { (await listWorkers.Execute(context.CancellationToken)).Select(From) } };

    private static Wire.Worker From(WorkerRecord worker) => new()
    {
        Id = worker.Id,
        Name = worker.Name,
        Version = worker.Version,
        Slots = worker.Slots,
        AgentIds = { worker.AgentIds },
        WorkspaceRoots = { worker.WorkspaceRoots },
        Commands = worker.Commands switch
        {
            { Confined: null } => Wire.CommandMode.Unspecified,
            { Confined: true } => Wire.CommandMode.Confined,
            { Accepted: true } => Wire.CommandMode.Unconfined,
            _ => Wire.CommandMode.Asked,
        },
        UnconfinedReason = worker.Commands.Missing,
        ConnectedAt = Timestamp.FromDateTimeOffset(worker.ConnectedAt),
        Role = worker.Role,
        Tags = { worker.Tags },
        TaskIds = { worker.Holds.Tasks.Select(PublicId.Task) },
        Turns = worker.Holds.Turns,
    };
}

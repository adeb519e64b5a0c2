using Grpc.Core;
using Grpc.Health.V1;
using ServingStatus = Grpc.Health.V1.HealthCheckResponse.Types.ServingStatus;

namespace Koda.Rpc.AspNetCore;

/// <summary>grpc.health.v1.Health.</summary>
internal sealed class HealthService(ServingStatuses statuses) : Health.HealthBase
{
    public override Task<HealthCheckResponse> Check(HealthCheckRequest request, ServerCallContext context) =>
        statuses.Observe(request.Service).Status is { } status
            ? Task.FromResult(new HealthCheckResponse { Status = status })
            : throw new RpcException(new Status(StatusCode.NotFound, $"The server has no service '{request.Service}'."));

    public override Task<HealthListResponse> List(HealthListRequest request, ServerCallContext context) => Task.FromResult(statuses.List());

    public override async Task Watch(
        HealthCheckRequest request, IServerStreamWriter<HealthCheckResponse> responseStream, ServerCallContext context)
    {
        ServingStatus? sent = null;
        while (true)
        {
            var (status, changed) = statuses.Observe(request.Service);
            var current = status ?? ServingStatus.ServiceUnknown;
            if (current != sent)
                await responseStream.WriteAsync(new HealthCheckResponse { Status = current });
            sent = current;
            await changed.WaitAsync(context.CancellationToken);
        }
    }
}

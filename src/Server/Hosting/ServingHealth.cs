using Koda.Rpc.AspNetCore;
using Koda.Server.Infrastructure.Postgres;
using Microsoft.Extensions.Hosting;

namespace Koda.Server.Hosting;

/// <summary>Lets gRPC's health follow the database's: in its troubles nothing serves.</summary>
internal sealed class ServingHealth(Database database, ServingStatuses statuses, MethodTable methods) : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken)
    {
        database.Health.Changed += Tell;
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken)
    {
        database.Health.Changed -= Tell;
        return Task.CompletedTask;
    }

    private void Tell(DatabaseTrouble? trouble)
    {
        foreach (var service in methods.Services.Select(service => service.FullName).Append(""))
            statuses.Set(service, trouble is null);
    }
}

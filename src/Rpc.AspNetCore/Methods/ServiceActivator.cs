using Grpc.Core;
using Microsoft.Extensions.DependencyInjection;

namespace Koda.Rpc.AspNetCore;

/// <summary>Finds the service instance of a call: the registered one, or one made for the call and given up with its scope.</summary>
internal sealed class ServiceActivator<TService>
    where TService : class
{
    private readonly ObjectFactory<TService> _create = ActivatorUtilities.CreateFactory<TService>([]);

    public TService Get(ServerCallContext context)
    {
        var call = (RpcCallContext)context;
        if (call.Services.GetService<TService>() is { } registered)
            return registered;
        var created = _create(call.Services, null);
        if (created is IAsyncDisposable asyncDisposable)
            call.HttpContext.Response.RegisterForDisposeAsync(asyncDisposable);
        else if (created is IDisposable disposable)
            call.HttpContext.Response.RegisterForDispose(disposable);
        return created;
    }
}

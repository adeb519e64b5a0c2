using Grpc.Health.V1;
using ServingStatus = Grpc.Health.V1.HealthCheckResponse.Types.ServingStatus;

namespace Koda.Rpc.AspNetCore;

/// <summary>
/// Which services can take calls. Every mapped service, and the server as a whole (the empty name), serves until told otherwise;
/// once the shutdown has begun nothing does.
/// </summary>
public sealed class ServingStatuses
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, ServingStatus> _set = new(StringComparer.Ordinal);
    private readonly MethodTable _methods;
    private TaskCompletionSource _changed = NewSignal();
    private bool _isDraining;

    public ServingStatuses(MethodTable methods, CallDrain drain)
    {
        _methods = methods;
        drain.Begun.Register(() => Change(() => _isDraining = true));
    }

    /// <summary>Sets the status of a service, by its full name, or of the whole server, by the empty name.</summary>
    public void Set(string service, bool isServing) =>
        Change(() => _set[service] = isServing ? ServingStatus.Serving : ServingStatus.NotServing);

    /// <summary>The status of a service, null when it is not known, and a task that ends when any status changes.</summary>
    internal (ServingStatus? Status, Task Changed) Observe(string service)
    {
        lock (_lock)
            return (StatusOf(service), _changed.Task);
    }

    internal HealthListResponse List()
    {
        var response = new HealthListResponse();
        lock (_lock)
        {
            foreach (var service in _methods.Services.Select(known => known.FullName).Concat(_set.Keys).Append("").Distinct())
                response.Statuses[service] = new HealthCheckResponse { Status = StatusOf(service)!.Value };
        }

        return response;
    }

    private ServingStatus? StatusOf(string service)
    {
        var known = _set.TryGetValue(service, out var status);
        if (!known && service.Length > 0 && !_methods.Services.Any(mapped => mapped.FullName == service))
            return null;
        if (_isDraining)
            return ServingStatus.NotServing;
        return known ? status : ServingStatus.Serving;
    }

    private void Change(Action change)
    {
        TaskCompletionSource signal;
        lock (_lock)
        {
            change();
            (signal, _changed) = (_changed, NewSignal());
        }

        signal.SetResult();
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}

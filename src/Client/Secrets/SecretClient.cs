using Grpc.Core;
using Koda.Client.Calls;
using Koda.Protos.ControlPlane.V1;

namespace Koda.Client.Secrets;

/// <summary>Looks after the master key under which a server seals its secrets.</summary>
public sealed class SecretClient
{
    private readonly CallRunner _calls;
    private readonly SecretService.SecretServiceClient _secrets;

    internal SecretClient(CallInvoker invoker, CallRunner calls)
    {
        _calls = calls;
        _secrets = new(invoker);
    }

    /// <summary>Tells which key is in use and how much is sealed with it.</summary>
    public Task<MasterKey> GetMasterKeyAsync(CancellationToken cancellationToken = default) =>
        _calls.Run(o => _secrets.GetMasterKeyAsync(new(), o), Repeat.WhenSafe, cancellationToken);

    /// <summary>Replaces the key and wraps every stored secret anew. Not repeated when its outcome is unknown.</summary>
    public Task<RotatedMasterKey> RotateMasterKeyAsync(CancellationToken cancellationToken = default) =>
        _calls.Run(o => _secrets.RotateMasterKeyAsync(new(), o), Repeat.Never, cancellationToken);
}

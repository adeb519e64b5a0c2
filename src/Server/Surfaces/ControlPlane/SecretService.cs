using Grpc.Core;
using Koda.Server.Engine.Secrets;
using Wire = Koda.Protos.ControlPlane.V1;

namespace Koda.Server.Surfaces.ControlPlane;

/// <summary>Looks after the master key.</summary>
internal sealed class SecretService(GetMasterKey getMasterKey, RotateMasterKey rotateMasterKey) : Wire.SecretService.SecretServiceBase
{
    public override async Task<Wire.MasterKey> GetMasterKey(Wire.GetMasterKeyRequest request, ServerCallContext context)
    {
        var status = await getMasterKey.Execute(context.CancellationToken);
        return new Wire.MasterKey
        {
            KeyId = status.KeyId,
            Source = status.FromFile ? Wire.MasterKeySource.File : Wire.MasterKeySource.Environment,
            Secrets = status.Secrets,
            SecretsWithOlderKeys = status.WithOtherKeys,
            UnreadableSecrets = status.Unreadable,
        };
    }

    public override async Task<Wire.RotatedMasterKey> RotateMasterKey(Wire.RotateMasterKeyRequest request, ServerCallContext context)
    {
        var rotated = await rotateMasterKey.Execute(CallerReading.From(context), context.CancellationToken);
        return new Wire.RotatedMasterKey { KeyId = rotated.KeyId, PreviousKeyId = rotated.PreviousKeyId, Rewrapped = rotated.Rewrapped };
    }
}

using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Koda.Client.Calls;
using Koda.Protos.ControlPlane.V1;

namespace Koda.Client.Settings;

/// <summary>Reads and changes settings of the whole installation.</summary>
public sealed class SettingsClient
{
    private readonly CallRunner _calls;
    private readonly SystemSettingsService.SystemSettingsServiceClient _settings;

    internal SettingsClient(CallInvoker invoker, CallRunner calls)
    {
        _calls = calls;
        _settings = new(invoker);
    }

    /// <summary>Reads the settings.</summary>
    public Task<SystemSettings> GetAsync(CancellationToken cancellationToken = default) =>
        _calls.Run(o => _settings.GetSystemSettingsAsync(new(), o), Repeat.WhenSafe, cancellationToken);

    /// <summary>Changes some settings.</summary>
    /// <param name="settings">The new values.</param>
    /// <param name="mask">Which of them are changed. Null: those that are set.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public Task<SystemSettings> PatchAsync(
        SystemSettings settings, FieldMask? mask = null, CancellationToken cancellationToken = default) =>
        _calls.Run(
            o => _settings.PatchSystemSettingsAsync(new() { Settings = settings, UpdateMask = mask }, o),
            Repeat.WhenSafe,
            cancellationToken);
}

using Grpc.Core;
using Koda.Server.Engine.Settings;
using Wire = Koda.Protos.ControlPlane.V1;

namespace Koda.Server.Surfaces.ControlPlane;

/// <summary>Reads and changes settings of the whole installation.</summary>
internal sealed class SystemSettingsService(CurrentSettings settings, ChangeSettings changeSettings)
    : Wire.SystemSettingsService.SystemSettingsServiceBase
{
    public override async Task<Wire.SystemSettings> GetSystemSettings(Wire.GetSystemSettingsRequest request, ServerCallContext context) =>
        SettingsViews.From(await settings.Read(context.CancellationToken));

    public override Task<Wire.SystemSettings> PatchSystemSettings(Wire.PatchSystemSettingsRequest request, ServerCallContext context) =>
        Change(
            request.Settings?.Revision ?? 0,
            before => SettingsViews.Read(Patch.Apply(SettingsViews.From(before), request.Settings, request.UpdateMask)),
            context);

    public override Task<Wire.SystemSettings> ReplaceSystemSettings(Wire.ReplaceSystemSettingsRequest request, ServerCallContext context) =>
        Change(request.Settings?.Revision ?? 0, _ => SettingsViews.Read(request.Settings ?? new Wire.SystemSettings()), context);

    private async Task<Wire.SystemSettings> Change(long revision, Func<SystemSettings, SystemSettings> change, ServerCallContext context) =>
        SettingsViews.From(await changeSettings.Execute(revision, change, CallerReading.From(context), context.CancellationToken));
}

using Google.Protobuf.WellKnownTypes;
using Koda.Server.Engine.Providers;
using Wire = Koda.Protos.ControlPlane.V1;

namespace Koda.Server.Surfaces.ControlPlane;

/// <summary>The control plane's view of providers and their connections.</summary>
internal static class ProviderViews
{
    private const string CredentialInvalid = "provider.credential_invalid";

    public static Wire.ProviderConnection From(ConnectionRecord connection)
    {
        var view = new Wire.ProviderConnection
        {
            ProviderId = connection.Id,
            Alias = connection.Entry?.Alias ?? "",
            Title = connection.Title,
            Kind = connection.Kind,
            Configured = connection.Configured,
            Verified = connection.Verified,
            ConnectionStatus = Status(connection),
            AccountLabel = connection.AccountLabel,
            PlanLabel = connection.PlanLabel,
            LastVerifiedAt = Time(connection.LastVerifiedAt),
            SupportsApiKey = connection.SupportsKey,
            SupportsLocal = connection.SupportsLocal,
            SupportedAuthModes = { Modes(connection) },
            ApiKeyPresent = connection.HasKey,
            BaseUrl = connection.BaseUrl,
            Source = connection.Source,
            DefaultModel = connection.DefaultModel,
            IsDefault = connection.IsDefault,
            ContextTokens = connection.ContextTokens,
            ModelsFetchedAt = Time(connection.ModelsFetchedAt),
            UpdatedAt = Time(connection.UpdatedAt),
            EnvironmentVariables = { Variables(connection.Entry) },
            DocumentationUrl = connection.Entry?.Documentation ?? "",
        };
        foreach (var limit in connection.Limits)
        {
            if (limit.Model.Length == 0)
                view.MaxConcurrentTasks = limit.MaxConcurrent;
            else
                view.ModelLimits.Add(new Wire.ModelLimit { Model = limit.Model, MaxConcurrentTasks = limit.MaxConcurrent });
        }
        view.Cooldowns.Add(connection.Cooldowns.Select(cooldown =>
            new Wire.ProviderCooldown { Model = cooldown.Model, Until = Timestamp.FromDateTime(cooldown.Until), Code = cooldown.Code }));
        if (connection.Stored)
            view.AuthMode = Mode(connection.AuthMode);
        if (connection.LastErrorCode.Length > 0)
            (view.LastError, view.LastErrorCode) = (connection.LastError, connection.LastErrorCode);
        return view;
    }

    public static Wire.VerifiedConnection From(Verification verification)
    {
        var found = verification.Found;
        var view = new Wire.ProviderVerification
        {
            Verified = found.Verified,
            AccountLabel = found.AccountLabel,
            PlanLabel = found.PlanLabel,
            CheckedVia = found.CheckedVia,
            AuthExpired = found.ErrorCode == CredentialInvalid,
            LatencyMs = (int)found.Latency.TotalMilliseconds,
            ModelCount = found.Models?.Count ?? 0,
        };
        if (!found.Verified)
            (view.LastError, view.LastErrorCode) = (found.Error, found.ErrorCode);
        return new Wire.VerifiedConnection { Connection = From(verification.Connection), Verification = view };
    }

    private static Wire.ConnectionStatus Status(ConnectionRecord connection) => connection switch
    {
        { Configured: false } => Wire.ConnectionStatus.NotConfigured,
        { Verified: true } => Wire.ConnectionStatus.Verified,
        { LastErrorCode.Length: > 0 } => Wire.ConnectionStatus.Failed,
        _ => Wire.ConnectionStatus.Unverified,
    };

    public static Wire.AuthMode Mode(AuthMode mode) => mode switch
    {
        AuthMode.ApiKey => Wire.AuthMode.ApiKey,
        AuthMode.Local => Wire.AuthMode.Local,
        AuthMode.None => Wire.AuthMode.None,
        _ => throw new ArgumentOutOfRangeException(nameof(mode), mode, "A way to connect without a name."),
    };

    private static IEnumerable<Wire.AuthMode> Modes(ConnectionRecord connection)
    {
        if (connection.SupportsKey)
            yield return Wire.AuthMode.ApiKey;
        if (connection.SupportsLocal)
            yield return Wire.AuthMode.Local;
        if (connection.Entry is null || !connection.SupportsKey)
            yield return Wire.AuthMode.None;
    }

    private static IEnumerable<string> Variables(CatalogueEntry? entry) =>
        entry is null ? [] : new[] { entry.KeyVariable, entry.UrlVariable }.Where(name => name.Length > 0);

    public static Timestamp? Time(DateTimeOffset? time) => time is { } known ? Timestamp.FromDateTimeOffset(known) : null;
}

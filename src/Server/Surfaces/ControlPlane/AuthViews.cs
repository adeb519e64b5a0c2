using Google.Protobuf.WellKnownTypes;
using Koda.Server.Engine.Owners;
using Koda.Server.Engine.Principals;
using Koda.Server.Engine.Sessions;
using Wire = Koda.Protos.ControlPlane.V1;

namespace Koda.Server.Surfaces.ControlPlane;

/// <summary>Shows owner, sessions and tokens.</summary>
internal static class AuthViews
{
    private const string LocalAccount = "local_account";
    private const string Seeing = "identity.read";

    public static Wire.AuthStatus Status(AuthState state, AuthenticatedCaller? caller, bool loopbackTrust) =>
        Status(
            state with { Owner = caller?.Scopes.Contains(Seeing) == true ? state.Owner : null },
            caller is null ? null : $"{caller.Kind}:{caller.Name}",
            loopbackTrust);

    /// <param name="state">Where the installation stands.</param>
    /// <param name="subject">Whom the caller's credential speaks for; null for an anonymous caller, who is not told about the
    /// owner.</param>
    /// <param name="loopbackTrust">The server's setting.</param>
    public static Wire.AuthStatus Status(AuthState state, string? subject, bool loopbackTrust)
    {
        var status = new Wire.AuthStatus
        {
            HasOwner = state.Installation.HasOwner,
            BootstrapRequired = !state.Installation.HasOwner,
            AuthMode = LocalAccount,
            SessionRequired = true,
            RecoveryAvailable = state.Installation.HasRecoveryCodes,
            LoopbackTrustEnabled = loopbackTrust,
            OnboardingComplete = state.Installation.IsOnboarded,
            Authenticated = subject is not null,
        };
        if (subject is null)
            return status;
        status.SessionSubject = subject;
        if (state.Owner is { } owner)
            status.Operator = Operator(owner);
        return status;
    }

    /// <summary>The status right after the registration.</summary>
    public static Wire.AuthStatus Registered(OwnerRecord owner, bool loopbackTrust) => Status(
        new AuthState(new InstallationStatus(HasOwner: true, HasRecoveryCodes: true, IsOnboarded: false), owner),
        $"{PrincipalNames.Operator}:{owner.Username}",
        loopbackTrust);

    public static Wire.Operator Operator(OwnerRecord owner) => new()
    {
        Id = owner.PrincipalId.ToString(),
        Username = owner.Username,
        Email = owner.Email,
        DisplayName = owner.DisplayName,
        CreatedAt = Timestamp.FromDateTime(owner.CreatedAt),
        PasswordChangedAt = Timestamp.FromDateTime(owner.PasswordChangedAt),
    };

    public static Wire.Session Session(SessionRecord session, Guid? current) => new()
    {
        SessionId = session.Id.ToString(),
        SubjectType = PrincipalNames.Operator,
        Label = session.Label,
        Address = session.Address,
        CreatedAt = Timestamp.FromDateTime(session.CreatedAt),
        LastUsedAt = Time(session.LastUsedAt),
        ExpiresAt = Timestamp.FromDateTime(session.ExpiresAt),
        RevokedAt = Time(session.RevokedAt),
        IsCurrent = session.Id == current,
    };

    public static Wire.ApiToken Token(TokenRecord token) => new()
    {
        Id = token.Id.ToString(),
        TokenName = token.Name,
        TokenPrefix = token.Prefix,
        Scopes = { token.Scopes },
        CreatedAt = Timestamp.FromDateTime(token.CreatedAt),
        LastUsedAt = Time(token.LastUsedAt),
        ExpiresAt = Time(token.ExpiresAt),
        RevokedAt = Time(token.RevokedAt),
    };

    private static Timestamp? Time(DateTime? time) => time is { } known ? Timestamp.FromDateTime(known) : null;
}

using Koda.Server.Engine.Audit;
using Koda.Server.Engine.Devices;
using Koda.Server.Engine.Events;
using Koda.Server.Engine.Idempotency;
using Koda.Server.Engine.Owners;
using Koda.Server.Engine.Principals;
using Koda.Server.Engine.RateLimits;
using Koda.Server.Engine.Secrets;
using Koda.Server.Engine.Sessions;
using Koda.Server.Engine.SetupCodes;
using Koda.Server.Infrastructure.Postgres;
using Koda.Server.Surfaces;
using Koda.Server.Surfaces.ControlPlane;
using Microsoft.Extensions.DependencyInjection;

namespace Koda.Server.Hosting;

/// <summary>Owner, sessions, tokens: who may do what.</summary>
internal static class IdentityServices
{
    public static IServiceCollection AddIdentity(this IServiceCollection services, ServerOptions options) =>
        services
            .AddSingleton(
                new CredentialOptions { BreakGlassTokens = options.Security.BreakGlassTokens, RuntimeToken = options.Security.RuntimeToken }
            )
            .AddSingleton(new LoopbackCallers(options.Security.AnonymousLoopback && options.Listen.IsLoopback))
            .AddSingleton(new SessionCookie(options.Security.CookiesAreAlwaysSecure))
            .AddSingleton(new LoopbackTrust(options.Security.AllowLoopbackBootstrap))
            .AddSingleton<SecretBox>()
            .AddSingleton<KnownSecrets>()
            .AddSingleton<IRedactor>(provider => provider.GetRequiredService<KnownSecrets>())
            .AddSingleton<GetMasterKey>()
            .AddSingleton<RotateMasterKey>()
            .AddSingleton<CheckMasterKey>()
            .AddSingleton(CheckMasterKey.Column)
            .AddSingleton(IdempotencyStore.Answers)
            .AddSingleton<RunOnce>()
            .AddHostedService<SweepIdempotencyKeys>()
            .AddSingleton<AuditLog>()
            .AddSingleton<TokenStore>()
            .AddSingleton<IssueToken>()
            .AddSingleton<EnsureTokenFiles>()
            .AddSingleton<CreateToken>()
            .AddSingleton<ListTokens>()
            .AddSingleton<RevokeToken>()
            .AddSingleton<CredentialMemory>()
            .AddSingleton<OperatorPrincipal>()
            .AddSingleton<AuthenticateToken>()
            .AddSingleton<AuthenticateSession>()
            .AddSingleton<AuthenticateBreakGlass>()
            .AddSingleton<AuthenticateRuntimeToken>()
            .AddSingleton<AuthenticateBearer>()
            .AddSingleton<SessionStore>()
            .AddSingleton<StartSession>()
            .AddSingleton<ListSessions>()
            .AddSingleton<RevokeSession>()
            .AddSingleton<OwnerStore>()
            .AddSingleton<PasswordHash>()
            .AddSingleton<RefusalDelay>()
            .AddSingleton<KnownDeviceStore>()
            .AddSingleton<SignInGuard>()
            .AddSingleton<ProvePassword>()
            .AddSingleton<ChangePassword>()
            .AddSingleton<RecoverPassword>()
            .AddSingleton<CountRecoveryCodes>()
            .AddSingleton<RegenerateRecoveryCodes>()
            .AddSingleton<UpdateProfile>()
            .AddSingleton<RegisterOwner>()
            .AddSingleton<SignIn>()
            .AddSingleton<ReadAuthStatus>()
            .AddSingleton(provider => new SetupCodeFile(options.DataDirectory, provider.GetRequiredService<Broadcast>()))
            .AddSingleton<IssueSetupCode>()
            .AddSingleton<ExchangeSetupCode>()
            .AddSingleton<OfferSetupCode>()
            .AddSingleton(RateLimitSettings.Parse(options.Security.RateLimit, RateBuckets.All))
            .AddSingleton<RateCountStore>()
            .AddHostedService<SweepRateCounts>()
            .AddSingleton<ListAudit>()
            .AddSingleton<WatchAudit>()
            .AddSingleton<FindEndedCredentials>()
            .AddCallAdmission();
}

using Grpc.Core;
using Koda.Client.Calls;
using Koda.Protos.ControlPlane.V1;

namespace Koda.Client.Identity;

/// <summary>Registers the owner, signs in and out, and keeps sessions and tokens.</summary>
public sealed partial class AuthClient
{
    private readonly CallRunner _calls;
    private readonly AuthService.AuthServiceClient _service;

    internal AuthClient(CallInvoker invoker, CallRunner calls)
    {
        _calls = calls;
        _service = new(invoker);
    }

    /// <summary>Issues a setup code, with which the owner can be registered.</summary>
    public Task<SetupCode> IssueSetupCodeAsync(CancellationToken cancellation = default) =>
        Create((o) => _service.IssueSetupCodeAsync(new(), o), cancellation);

    /// <summary>Redeems a setup code for a registration token.</summary>
    public Task<ExchangedSetupCode> ExchangeSetupCodeAsync(string code, CancellationToken cancellation = default) =>
        _calls.RunAsync(o => _service.ExchangeSetupCodeAsync(new() { Code = code }, o), Repeat.Never, cancellation);

    /// <summary>Registers the owner and signs in.</summary>
    public Task<RegisteredOwner> RegisterOwnerAsync(RegisterOwnerRequest request, CancellationToken cancellation = default) =>
        Create(o => _service.RegisterOwnerAsync(request, o), cancellation);

    /// <summary>Starts a session. The client goes on with the credential that it was made with.</summary>
    public Task<LoggedIn> LoginAsync(string identifier, string password, CancellationToken cancellation = default) =>
        LoginAsync(identifier, password, deviceToken: null, cancellation);

    /// <summary>Starts a session from a device that an earlier sign-in made known: failures of others do not concern it.</summary>
    /// <param name="identifier">The username or the e-mail address.</param>
    /// <param name="password">The password.</param>
    /// <param name="deviceToken">What the earlier sign-in gave. Null: there was none.</param>
    /// <param name="cancellation">Gives up.</param>
    public Task<LoggedIn> LoginAsync(string identifier, string password, string? deviceToken, CancellationToken cancellation = default) =>
        _calls.RunAsync(
            options =>
            {
                if (deviceToken is not null)
                    options.Headers!.Add("koda-device", deviceToken);
                return _service.LoginAsync(new() { Identifier = identifier, Password = password }, options);
            },
            Repeat.Never,
            cancellation);

    /// <summary>Ends the session of the client's token.</summary>
    public Task<Done> LogoutAsync(CancellationToken cancellation = default) =>
        _calls.RunAsync(o => _service.LogoutAsync(new(), o), Repeat.WhenSafe, cancellation);

    /// <summary>Says where the installation stands, and who asks.</summary>
    public Task<AuthStatus> GetStatusAsync(CancellationToken cancellation = default) =>
        _calls.RunAsync(o => _service.GetAuthStatusAsync(new(), o), Repeat.WhenSafe, cancellation);

    /// <summary>Lists the sessions, newest first, reading further pages as they are needed.</summary>
    public IAsyncEnumerable<Session> ListSessionsAsync(CancellationToken cancellation = default) => Pages.ReadAsync(
        (cursor, c) => _calls.RunAsync(o => _service.ListSessionsAsync(new() { Cursor = cursor }, o), Repeat.WhenSafe, c),
        page => page.Items,
        page => page.NextCursor,
        cancellation);

    /// <summary>Ends a session, on every server at once.</summary>
    public Task<Done> RevokeSessionAsync(string sessionId, CancellationToken cancellation = default) =>
        _calls.RunAsync(o => _service.RevokeSessionAsync(new() { SessionId = sessionId }, o), Repeat.WhenSafe, cancellation);

    /// <summary>Creates a token. The reply is the only place that shows its secret.</summary>
    public Task<CreatedToken> CreateTokenAsync(CreateTokenRequest request, CancellationToken cancellation = default) =>
        Create(o => _service.CreateTokenAsync(request, o), cancellation);

    /// <summary>Lists the tokens, newest first, reading further pages as they are needed.</summary>
    public IAsyncEnumerable<ApiToken> ListTokensAsync(CancellationToken cancellation = default) => Pages.ReadAsync(
        (cursor, c) => _calls.RunAsync(o => _service.ListTokensAsync(new() { Cursor = cursor }, o), Repeat.WhenSafe, c),
        page => page.Items,
        page => page.NextCursor,
        cancellation);

    /// <summary>Ends a token, on every server at once.</summary>
    public Task<Done> RevokeTokenAsync(string tokenId, CancellationToken cancellation = default) =>
        _calls.RunAsync(o => _service.RevokeTokenAsync(new() { TokenId = tokenId }, o), Repeat.WhenSafe, cancellation);

    // With a key of its own, a creation can be tried again when its outcome is unknown.
    private Task<T> Create<T>(Func<CallOptions, AsyncUnaryCall<T>> call, CancellationToken cancellation) =>
        _calls.RunAsync(call, Repeat.WhenSafe, cancellation, Guid.NewGuid().ToString("n"));
}

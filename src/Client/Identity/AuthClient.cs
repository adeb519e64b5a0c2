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
    public Task<SetupCode> IssueSetupCodeAsync(CancellationToken cancellationToken = default) =>
        Create((o) => _service.IssueSetupCodeAsync(new(), o), cancellationToken);

    /// <summary>Redeems a setup code for a registration token.</summary>
    public Task<ExchangedSetupCode> ExchangeSetupCodeAsync(string code, CancellationToken cancellationToken = default) =>
        _calls.Run(o => _service.ExchangeSetupCodeAsync(new() { Code = code }, o), Repeat.Never, cancellationToken);

    /// <summary>Registers the owner and signs in.</summary>
    public Task<RegisteredOwner> RegisterOwnerAsync(RegisterOwnerRequest request, CancellationToken cancellationToken = default) =>
        Create(o => _service.RegisterOwnerAsync(request, o), cancellationToken);

    /// <summary>Starts a session. The client goes on with the credential that it was made with.</summary>
    public Task<LoggedIn> LoginAsync(string identifier, string password, CancellationToken cancellationToken = default) =>
        LoginAsync(identifier, password, deviceToken: null, cancellationToken);

    /// <summary>Starts a session from a device that an earlier sign-in made known: failures of others do not concern it.</summary>
    /// <param name="identifier">The username or the e-mail address.</param>
    /// <param name="password">The password.</param>
    /// <param name="deviceToken">What the earlier sign-in gave. Null: there was none.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public Task<LoggedIn> LoginAsync(
        string identifier, string password, string? deviceToken, CancellationToken cancellationToken = default) =>
        _calls.Run(
            options =>
            {
                if (deviceToken is not null)
                    options.Headers!.Add("koda-device", deviceToken);
                return _service.LoginAsync(new() { Identifier = identifier, Password = password }, options);
            },
            Repeat.Never,
            cancellationToken);

    /// <summary>Ends the session of the client's token.</summary>
    public Task<Done> LogoutAsync(CancellationToken cancellationToken = default) =>
        _calls.Run(o => _service.LogoutAsync(new(), o), Repeat.WhenSafe, cancellationToken);

    /// <summary>Says where the installation stands, and who asks.</summary>
    public Task<AuthStatus> GetStatusAsync(CancellationToken cancellationToken = default) =>
        _calls.Run(o => _service.GetAuthStatusAsync(new(), o), Repeat.WhenSafe, cancellationToken);

    /// <summary>Lists the sessions, newest first, reading further pages as they are needed.</summary>
    public IAsyncEnumerable<Session> ListSessionsAsync(CancellationToken cancellationToken = default) => Pages.Read(
        (cursor, c) => _calls.Run(o => _service.ListSessionsAsync(new() { Cursor = cursor }, o), Repeat.WhenSafe, c),
        page => page.Items,
        page => page.NextCursor,
        cancellationToken);

    /// <summary>Ends a session, on every server at once.</summary>
    public Task<Done> RevokeSessionAsync(string sessionId, CancellationToken cancellationToken = default) =>
        _calls.Run(o => _service.RevokeSessionAsync(new() { SessionId = sessionId }, o), Repeat.WhenSafe, cancellationToken);

    /// <summary>Creates a token. The reply is the only place that shows its secret.</summary>
    public Task<CreatedToken> CreateTokenAsync(CreateTokenRequest request, CancellationToken cancellationToken = default) =>
        Create(o => _service.CreateTokenAsync(request, o), cancellationToken);

    /// <summary>Lists the tokens, newest first, reading further pages as they are needed.</summary>
    public IAsyncEnumerable<ApiToken> ListTokensAsync(CancellationToken cancellationToken = default) => Pages.Read(
        (cursor, c) => _calls.Run(o => _service.ListTokensAsync(new() { Cursor = cursor }, o), Repeat.WhenSafe, c),
        page => page.Items,
        page => page.NextCursor,
        cancellationToken);

    /// <summary>Ends a token, on every server at once.</summary>
    public Task<Done> RevokeTokenAsync(string tokenId, CancellationToken cancellationToken = default) =>
        _calls.Run(o => _service.RevokeTokenAsync(new() { TokenId = tokenId }, o), Repeat.WhenSafe, cancellationToken);

    // With a key of its own, a creation can be tried again when its outcome is unknown.
    private Task<T> Create<T>(Func<CallOptions, AsyncUnaryCall<T>> call, CancellationToken cancellationToken) =>
        _calls.Run(call, Repeat.WhenSafe, cancellationToken, Guid.NewGuid().ToString("n"));
}

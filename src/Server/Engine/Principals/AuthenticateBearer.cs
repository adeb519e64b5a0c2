using Koda.Server.Engine.Sessions;

namespace Koda.Server.Engine.Principals;

/// <summary>Finds out who a bearer credential speaks for, whatever kind it is.</summary>
internal sealed class AuthenticateBearer(
    AuthenticateSession sessions, AuthenticateToken tokens, AuthenticateBreakGlass breakGlass, AuthenticateRuntimeToken runtimeToken)
{
    /// <returns>Null when nobody knows it.</returns>
    /// <exception cref="EngineException">SESSION_EXPIRED.</exception>
    public async ValueTask<AuthenticatedCaller?> Execute(string text, CancellationToken cancellationToken) =>
        await sessions.Execute(text, cancellationToken)
        ?? await tokens.Execute(text, cancellationToken)
        ?? await breakGlass.Execute(text, cancellationToken)
        ?? await runtimeToken.Execute(text, cancellationToken);
}

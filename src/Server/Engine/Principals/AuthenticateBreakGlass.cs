using System.Security.Cryptography;
using System.Text;
using Koda.Server.Engine.Audit;

namespace Koda.Server.Engine.Principals;

/// <summary>Takes the configured tokens that act as the owner.</summary>
internal sealed class AuthenticateBreakGlass(CredentialOptions options, OperatorPrincipal operatorPrincipal)
{
    // Hashes have one length, so that comparing them tells nothing, not even the length of a token.
    private readonly byte[][] _hashes = [.. options.BreakGlassTokens.Select(SecretText.Hash)];

    public async ValueTask<AuthenticatedCaller?> Execute(string token, CancellationToken cancellationToken)
    {
        if (_hashes.Length == 0)
            return null;
        var hash = SHA256.HashData(Encoding.UTF8.GetBytes(token));
        var isOne = false;
        foreach (var known in _hashes)
            isOne |= CryptographicOperations.FixedTimeEquals(known, hash);
        return isOne
            ? new AuthenticatedCaller(
                CredentialKind.BreakGlass,
                null,
                await operatorPrincipal.Id(cancellationToken),
                PrincipalNames.Operator,
                "break-glass",
                Scopes.OfOwner)
            : null;
    }
}

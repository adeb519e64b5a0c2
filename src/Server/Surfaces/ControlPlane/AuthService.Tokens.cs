using Grpc.Core;
using Koda.Protos.Common.V1;
using Koda.Server.Http;
using Koda.Server.Engine;
using Koda.Server.Engine.Principals;
using Wire = Koda.Protos.ControlPlane.V1;

namespace Koda.Server.Surfaces.ControlPlane;

/// <summary>Keeps API tokens.</summary>
internal sealed partial class AuthService
{
    public override Task<Wire.CreatedToken> CreateToken(Wire.CreateTokenRequest request, ServerCallContext context) =>
        OnceReply.Of(
            request,
            context,
            (CreatedToken created) => new Wire.CreatedToken { Token = created.Text, Item = AuthViews.Token(created.Token) },
            (key, encode) =>
                createToken.Execute(
                    new NewToken(request.Name, request.ExpiresInDays, request.Scopes),
                    CallerReading.From(context),
                    context.GetPrincipal().Scopes,
                    key,
                    encode,
                    context.CancellationToken));

    public override async Task<Wire.ListTokensResponse> ListTokens(Wire.ListTokensRequest request, ServerCallContext context)
    {
        var page = await listTokens.Execute(request.Limit, request.Cursor, context.CancellationToken);
        return new Wire.ListTokensResponse { Items = { page.Items.Select(AuthViews.Token) }, NextCursor = page.NextCursor ?? "" };
    }

    public override async Task<Wire.Done> RevokeToken(Wire.RevokeTokenRequest request, ServerCallContext context)
    {
        var id = Guid.TryParse(request.TokenId, out var given)
            ? given
            : throw new EngineException(ErrorReason.TokenNotFound, $"There is no token {request.TokenId}.");
        await revokeToken.Execute(id, CallerReading.From(context), context.CancellationToken);
        return new Wire.Done { Ok = true };
    }
}

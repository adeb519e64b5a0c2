namespace Koda.Server.Engine.Principals;

/// <summary>Lists the tokens, newest first.</summary>
internal sealed class ListTokens(TokenStore tokens)
{
    private const string Filters = "tokens";

    public async Task<Page<TokenRecord>> Execute(int limit, string? cursor, CancellationToken cancellationToken)
    {
        var size = Page.Limit(limit);
        var rows = await tokens.List(ListCursor.DecodeId(Filters, cursor), size + 1, cancellationToken);
        return Page.Of(rows, size, Filters, token => token.Id.ToString("N"));
    }
}

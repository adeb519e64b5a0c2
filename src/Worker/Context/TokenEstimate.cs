namespace Koda.Worker.Context;

/// <summary>How many tokens a text is, roughly: the tokenizers of most models belong to their vendors.</summary>
internal static class TokenEstimate
{
    private const int CharactersPerToken = 4;

    public static int OfLength(int characters) => (characters + CharactersPerToken - 1) / CharactersPerToken;
}

using System.Text;
using Koda.Worker.Providers;

namespace Koda.Worker.Context;

/// <summary>How many tokens a text is, roughly: the tokenizers of most models belong to their vendors.</summary>
internal static class TokenEstimate
{
    private const int CharactersPerToken = 4;
    private const int OfImage = 1_500;
    private const int OfFrame = 4;

    public static int OfLength(int characters) => (characters + CharactersPerToken - 1) / CharactersPerToken;

    // Letters of other scripts than the Latin one take more bytes, and are more often tokens of their own.
    public static long Of(string text) => OfLength(Encoding.UTF8.GetByteCount(text));

    public static long Of(ModelMessage message) => OfFrame + message.Content.Sum(block => block switch
    {
        TextBlock text => Of(text.Text),
        ReasoningBlock reasoning => Of(reasoning.Text) + OfLength(reasoning.Signature?.Length ?? 0),
        OpaqueBlock opaque => OfLength(opaque.Json.Length),
        ToolCallBlock call => OfFrame + Of(call.Arguments) + OfLength(call.Opaque?.Length ?? 0),
        ToolResultBlock result => Of(result.Content),
        _ => OfImage,
    });
}

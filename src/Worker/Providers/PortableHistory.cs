using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using Koda.Worker.Providers.Learning;

namespace Koda.Worker.Providers;

/// <summary>
/// A conversation as one model takes it. What means something only to the model that said it goes back to that one: of the answers of
/// others the reasoning and the opaque members are left out, and ids that would be refused are replaced.
/// </summary>
internal static partial class PortableHistory
{
    private const int ShortLength = 9;

    /// <param name="request">The request, with all of the conversation.</param>
    /// <param name="origin">Who is asked: see <see cref="ModelMessage.Origin"/>.</param>
    public static IReadOnlyList<ModelMessage> Of(ModelRequest request, string origin)
    {
        var ids = new Dictionary<string, string>();
        return
        [
            .. request.Messages.Select(message =>
                message.Role switch
                {
                    ModelRole.Assistant => Answer(message, message.IsForeignTo(origin), request.Traits, ids),
                    ModelRole.Tool
                        when message.Content[0] is ToolResultBlock result
                            && ids.TryGetValue(result.CallId, out var id)
                            && id != result.CallId => message with { Content = [result with { CallId = id }, .. message.Content.Skip(1)] },
                    _ => message,
                }),
        ];
    }

    private static ModelMessage Answer(ModelMessage message, bool isForeign, ModelTraits traits, Dictionary<string, string> ids)
    {
        var content = new List<ContentBlock>(message.Content.Count);
        foreach (var block in message.Content)
        {
            switch (block)
            {
                case ToolCallBlock call:
                    ids[call.CallId] = IdOf(call.CallId, isForeign, traits);
                    content.Add(call with { CallId = ids[call.CallId], Opaque = isForeign ? null : call.Opaque });
                    break;
                // A thought without its proof is only words, which a model that insists on some takes from anybody.
                case ReasoningBlock thought when isForeign && traits.NeedsReasoning is not null && thought.Text.Length > 0:
                    content.Add(new ReasoningBlock(thought.Text));
                    break;
                case ReasoningBlock { Signature: { } signature } when !isForeign && traits.RefusedSignatures.Contains(signature):
                    break;
                case ReasoningBlock or OpaqueBlock when isForeign:
                    break;
                default:
                    content.Add(block);
                    break;
            }
        }
        return message with { Content = content };
    }

    private static string IdOf(string id, bool isForeign, ModelTraits traits) =>
        traits.ShortIds ? Short().IsMatch(id) ? id : Digest(id)[..ShortLength]
        : (isForeign || traits.StrictIds) && !Portable().IsMatch(id) ? $"call_{Digest(id)[..24]}"
        : id;

    private static string Digest(string id) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(id)));

    [GeneratedRegex("^[a-zA-Z0-9_-]{1,40}$")]
    private static partial Regex Portable();

    [GeneratedRegex("^[a-zA-Z0-9]{9}$")]
    private static partial Regex Short();
}

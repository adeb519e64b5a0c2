using System.Text;
using Koda.Worker.Providers;
using Koda.Worker.Tools;

namespace Koda.Worker.Context;

/// <summary>A conversation as text to be read by a model that is not part of it.</summary>
internal static class Transcript
{
    private const int LongestArguments = 1_000;
    private const int LongestResult = 3_000;
    private const int LongestText = 12_000;

    /// <param name="messages">The messages.</param>
    /// <param name="maxCharacters">How long the text may be; of a longer one the middle is left out.</param>
    public static string Of(IEnumerable<ModelMessage> messages, int maxCharacters)
    {
        var text = new StringBuilder();
        foreach (var message in messages)
        {
            foreach (var block in message.Content)
                Append(text, message.Role, block);
        }
        return Shortened.HeadAndTail(text.ToString(), maxCharacters).Text;
    }

    private static void Append(StringBuilder text, string role, ContentBlock block)
    {
        switch (block)
        {
            case TextBlock said:
                text.Append(role == ModelRole.User ? "USER: " : "AGENT: ").Append(Short(said.Text, LongestText)).Append("\n\n");
                break;
            case ToolCallBlock call:
                text.Append("AGENT CALLS ").Append(call.Tool).Append(": ").Append(Short(call.Arguments, LongestArguments)).Append("\n\n");
                break;
            case ToolResultBlock result:
                text.Append(result.IsError ? "ERROR OF " : "RESULT OF ")
                    .Append(result.Tool)
                    .Append(": ")
                    .Append(Short(result.Content, LongestResult))
                    .Append("\n\n");
                break;
            case ImageBlock image:
                text.Append(image.Path is null ? "THE TOOL SHOWED AN IMAGE OF THE TYPE " : "USER SHOWS THE IMAGE ")
                    .Append(image.Path ?? image.MimeType)
                    .Append("\n\n");
                break;
        }
    }

    private static string Short(string text, int length) => Shortened.HeadAndTail(text, length).Text;
}

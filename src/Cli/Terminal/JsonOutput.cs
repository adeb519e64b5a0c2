using System.Text;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using Koda.Server.Http;
using Koda.Server.Http.Json;

namespace Koda.Cli.Terminal;

/// <summary>Messages as JSON, exactly as REST shows them.</summary>
internal static class JsonOutput
{
    public static string Text(IMessage message) => MessageJson.ToText(message);

    /// <summary>Reads a message as REST does. It is of use only when no issue was added.</summary>
    public static IMessage Read(MessageDescriptor type, string json, IList<FieldFault> issues) =>
        MessageJson.Read(type, Encoding.UTF8.GetBytes(json), issues);

    /// <summary>A list of messages in the form of the API's pages.</summary>
    public static string List(IEnumerable<IMessage> items) => List("items", items);

    /// <summary>The same where the page has another name for its items.</summary>
    public static string List(string name, IEnumerable<IMessage> items) => $$"""{"{{name}}":[{{string.Join(',', items.Select(Text))}}]}""";
}

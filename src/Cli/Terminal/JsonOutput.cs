using System.Text;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using Koda.Protos.ControlPlane.V1;
using Koda.Rpc.AspNetCore;
using Koda.Rpc.AspNetCore.Json;

namespace Koda.Cli.Terminal;

/// <summary>Messages as JSON, exactly as REST shows them.</summary>
internal static class JsonOutput
{
    private static readonly JsonCodec Codec = new([Runtime.TaskServiceReflection.Descriptor, AgentServiceReflection.Descriptor, AuthServiceReflection.Descriptor, AuditServiceReflection.Descriptor]);

    public static string Text(IMessage message) => Codec.ToText(message);

    /// <summary>Reads a message as REST does. It is of use only when no issue was added.</summary>
    public static IMessage Read(MessageDescriptor type, string json, IList<FieldFault> issues) => Codec.Read(type, Encoding.UTF8.GetBytes(json), issues);

    /// <summary>A list of messages in the form of the API's pages.</summary>
    public static string List(IEnumerable<IMessage> items) => $$"""{"items":[{{string.Join(',', items.Select(Text))}}]}""";
}

using System.Collections;
using System.Globalization;
using System.Text.RegularExpressions;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using Koda.Protos.Common.V1;
using YamlDotNet.RepresentationModel;

namespace Koda.Cli.Agents;

/// <summary>Reads YAML into a message, strictly, by the message's own descriptor: the contract is the schema.</summary>
internal sealed partial class MessageReader(Func<string, string?> environment)
{
    private const string Secret = "api_key";

    public void Read(YamlMappingNode node, IMessage message)
    {
        foreach (var (key, value) in node.Children)
        {
            var name = (key as YamlScalarNode)?.Value ?? "";
            var field = message.Descriptor.FindFieldByName(name)
                ?? throw new AgentFileException(key.Start.Line, $"unknown key '{name}'. Known here: {Known(message.Descriptor)}");
            if (field.IsRepeated)
                ReadList(value, field, (IList)field.Accessor.GetValue(message));
            else if (!IsNull(value))
                field.Accessor.SetValue(message, ReadValue(value, field));
        }
    }

    private void ReadList(YamlNode node, FieldDescriptor field, IList list)
    {
        if (node is not YamlSequenceNode items)
            throw Expected(node, field, "a list");
        foreach (var item in items.Children)
            list.Add(ReadValue(item, field));
    }

    private object ReadValue(YamlNode node, FieldDescriptor field)
    {
        if (field.FieldType == FieldType.Message)
        {
            if (node is not YamlMappingNode mapping)
                throw Expected(node, field, "a mapping");
            var message = field.MessageType.Parser.ParseFrom(ByteString.Empty);
            Read(mapping, message);
            return message;
        }
        if (field.GetOptions()?.GetExtension(PolicyExtensions.Field)?.RawJson == true)
            return YamlJson.Write(node);
        if (node is not YamlScalarNode { Value: { } text })
            throw Expected(node, field, Wanted(field));
        return field.FieldType switch
        {
            FieldType.String => field.Name == Secret ? Expand(text, node) : text,
            FieldType.Int32 when int.TryParse(text, CultureInfo.InvariantCulture, out var number) => number,
            FieldType.Int64 when long.TryParse(text, CultureInfo.InvariantCulture, out var number) => number,
            FieldType.Double when double.TryParse(text, CultureInfo.InvariantCulture, out var number) => number,
            FieldType.Bool when bool.TryParse(text, out var flag) => flag,
            _ => throw Expected(node, field, Wanted(field)),
        };
    }

    private string Expand(string text, YamlNode node) => Reference().Replace(text, match =>
        environment(match.Groups[1].Value)
        ?? throw new AgentFileException(node.Start.Line, $"the environment variable {match.Groups[1].Value} is not set"));

    private static bool IsNull(YamlNode node) =>
        node is YamlScalarNode { Style: YamlDotNet.Core.ScalarStyle.Plain, Value: null or "" or "~" or "null" };

    private static string Known(MessageDescriptor type)
    {
        var names = type.Fields.InDeclarationOrder().Select(f => f.Name);
        return string.Join(", ", type.ClrType == typeof(Protos.ControlPlane.V1.AgentDefinition) ? names.Prepend("id") : names);
    }

    private static string Wanted(FieldDescriptor field) => field.FieldType switch
    {
        FieldType.Int32 or FieldType.Int64 => "a whole number",
        FieldType.Double => "a number",
        FieldType.Bool => "true or false",
        _ => "a text",
    };

    private static AgentFileException Expected(YamlNode node, FieldDescriptor field, string wanted) =>
        new(node.Start.Line, $"'{field.Name}' must be {wanted}");

    [GeneratedRegex(@"\$\{([A-Za-z_][A-Za-z0-9_]*)\}")]
    private static partial Regex Reference();
}

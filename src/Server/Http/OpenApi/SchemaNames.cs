using Google.Protobuf.Reflection;

namespace Koda.Server.Http.OpenApi;

/// <summary>
/// A name for every type of a document. A message that is sent both ways has two schemas, since what is always written need not be sent.
/// </summary>
internal sealed class SchemaNames
{
    private readonly Dictionary<(IDescriptor Type, bool IsInput), string> _names = [];

    public SchemaNames(IEnumerable<MessageDescriptor> requests, IEnumerable<MessageDescriptor> replies)
    {
        var inputs = Reachable(requests);
        var outputs = Reachable(replies);
        foreach (var (type, name) in UniqueNames.Assign(inputs.Union(outputs)))
        {
            _names[(type, false)] = name;
            _names[(type, true)] = type is MessageDescriptor && inputs.Contains(type) && outputs.Contains(type) ? name + "Input" : name;
        }
    }

    public string Of(IDescriptor type, bool isInput) => _names[(type, isInput)];

    private static HashSet<IDescriptor> Reachable(IEnumerable<MessageDescriptor> roots)
    {
        var found = new HashSet<IDescriptor>();
        var open = new Stack<MessageDescriptor>(roots);
        while (open.TryPop(out var type))
        {
            if (WellKnownSchemas.IsWellKnown(type) || !found.Add(type))
                continue;
            foreach (var field in type.Fields.InDeclarationOrder())
            {
                var value = field.IsMap ? field.MessageType.Fields.InFieldNumberOrder()[1] : field;
                if (value.FieldType == FieldType.Message)
                    open.Push(value.MessageType);
                else if (value.FieldType == FieldType.Enum)
                    found.Add(value.EnumType);
            }
        }

        return found;
    }
}

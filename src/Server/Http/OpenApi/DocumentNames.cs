using Google.Protobuf.Reflection;

namespace Koda.Server.Http.OpenApi;

/// <summary>
/// What each document calls the declarations of the contract. A message that is sent both ways has two schemas, since what is always
/// written need not be sent.
/// </summary>
internal sealed class DocumentNames
{
    private readonly Dictionary<Type, IDescriptor> _byType = [];
    private readonly Dictionary<(string Document, IDescriptor Declaration), string> _names = [];
    private readonly Dictionary<(string Document, string Schema), IDescriptor> _bySchema = [];
    private readonly HashSet<(string Document, IDescriptor Declaration)> _bothWays = [];

    public DocumentNames(MethodTable methods)
    {
        foreach (var document in methods.Methods.GroupBy(method => method.ServicePolicy.Document, method => method.Descriptor))
            Add(document.Key, [.. document]);
    }

    public MessageDescriptor? MessageOf(Type type) => _byType.GetValueOrDefault(Sent.Message(type)) as MessageDescriptor;

    public EnumDescriptor? EnumOf(Type type) => _byType.GetValueOrDefault(type) as EnumDescriptor;

    /// <summary>The name of a service or method in the document that holds it.</summary>
    public string Of(IDescriptor declaration)
    {
        var service = declaration as ServiceDescriptor ?? ((MethodDescriptor)declaration).Service;
        return _names[(Document(service), declaration)];
    }

    /// <summary>The name of the schema of a type.</summary>
    public string Of(string document, Type type)
    {
        if (!_byType.TryGetValue(Sent.Message(type), out var declaration))
            return type.Name;
        var name = _names[(document, declaration)];
        return Sent.Is(type) && _bothWays.Contains((document, declaration)) ? AsSent(name) : name;
    }

    /// <summary>The declaration that a schema describes; null for a schema of something else.</summary>
    public IDescriptor? Described(string document, string schema) => _bySchema.GetValueOrDefault((document, schema));

    private void Add(string document, MethodDescriptor[] methods)
    {
        var inputs = Reachable(methods.Select(method => method.InputType));
        var outputs = Reachable(methods.Select(method => method.OutputType));
        foreach (var (type, name) in UniqueNames.Assign(inputs.Union(outputs)))
        {
            _names[(document, type)] = name;
            _bySchema[(document, name)] = type;
            if (type is MessageDescriptor && inputs.Contains(type) && outputs.Contains(type))
            {
                _bothWays.Add((document, type));
                _bySchema[(document, AsSent(name))] = type;
            }
        }

        foreach (var (method, name) in UniqueNames.Assign(methods))
            _names[(document, method)] = name;
        foreach (var (service, name) in UniqueNames.Assign(methods.Select(method => method.Service)))
            _names[(document, service)] = name;
    }

    private HashSet<IDescriptor> Reachable(IEnumerable<MessageDescriptor> roots)
    {
        var found = new HashSet<IDescriptor>();
        var open = new Stack<MessageDescriptor>(roots);
        while (open.TryPop(out var type))
        {
            if (type.File.Package.StartsWith("google.", StringComparison.Ordinal) || !found.Add(type))
                continue;
            if (type.ClrType is { } message)
                _byType[message] = type;
            foreach (var field in type.Fields.InDeclarationOrder())
            {
                var value = field.IsMap ? field.MessageType.Fields.InFieldNumberOrder()[1] : field;
                if (value.FieldType == FieldType.Message)
                    open.Push(value.MessageType);
                else if (value.FieldType == FieldType.Enum && found.Add(value.EnumType))
                    _byType[value.EnumType.ClrType] = value.EnumType;
            }
        }

        return found;
    }

    private static string AsSent(string name) => name + "Input";

    private static string Document(ServiceDescriptor service) =>
        service.GetOptions()?.GetExtension(Protos.Common.V1.PolicyExtensions.Service)?.Document ?? "";
}

using Google.Protobuf.Reflection;

namespace Koda.Rpc.AspNetCore;

/// <summary>The files behind the served services, by name, by symbol and by extension.</summary>
internal sealed class DescriptorIndex
{
    private readonly Dictionary<string, FileDescriptor> _files = new(StringComparer.Ordinal);
    private readonly Dictionary<string, FileDescriptor> _symbols = new(StringComparer.Ordinal);
    private readonly Dictionary<string, SortedDictionary<int, FileDescriptor>> _extensions = new(StringComparer.Ordinal);

    public DescriptorIndex(MethodTable methods)
    {
        Services = [.. methods.Services.Select(service => service.FullName).Order(StringComparer.Ordinal)];
        foreach (var service in methods.Services)
            Add(service.File);
    }

    public IReadOnlyList<string> Services { get; }

    public FileDescriptor? File(string name) => _files.GetValueOrDefault(name);

    public FileDescriptor? FileOfSymbol(string fullName) => _symbols.GetValueOrDefault(fullName);

    public FileDescriptor? FileOfExtension(string type, int number) =>
        _extensions.TryGetValue(type, out var numbers) ? numbers.GetValueOrDefault(number) : null;

    /// <summary>The numbers of the known extensions of a message type; null when the type is not known.</summary>
    public IEnumerable<int>? ExtensionsOf(string type)
    {
        if (_extensions.TryGetValue(type, out var numbers))
            return numbers.Keys;
        return _symbols.ContainsKey(type) ? [] : null;
    }

    private void Add(FileDescriptor file)
    {
        if (!_files.TryAdd(file.Name, file))
            return;
        foreach (var dependency in file.Dependencies)
            Add(dependency);
        foreach (var service in file.Services)
        {
            Add((IDescriptor)service);
            foreach (var method in service.Methods)
                Add((IDescriptor)method);
        }

        foreach (var type in file.EnumTypes)
            Add(type);
        foreach (var type in file.MessageTypes)
            Add(type);
        Add(file.Extensions);
    }

    private void Add(MessageDescriptor type)
    {
        Add((IDescriptor)type);
        foreach (var field in type.Fields.InDeclarationOrder())
            Add((IDescriptor)field);
        foreach (var oneof in type.Oneofs)
            Add((IDescriptor)oneof);
        foreach (var nested in type.EnumTypes)
            Add(nested);
        foreach (var nested in type.NestedTypes)
            Add(nested);
        Add(type.Extensions);
    }

    private void Add(EnumDescriptor type)
    {
        Add((IDescriptor)type);
        // A value is a sibling of its type in protobuf's naming.
        var scope = type.FullName[..^type.Name.Length];
        foreach (var value in type.Values)
            _symbols.TryAdd(scope + value.Name, type.File);
    }

    private void Add(ExtensionCollection extensions)
    {
        foreach (var extension in extensions.UnorderedExtensions)
        {
            Add((IDescriptor)extension);
            var type = extension.ExtendeeType.FullName;
            if (!_extensions.TryGetValue(type, out var numbers))
                _extensions[type] = numbers = [];
            numbers[extension.FieldNumber] = extension.File;
        }
    }

    private void Add(IDescriptor descriptor) => _symbols.TryAdd(descriptor.FullName, descriptor.File);
}

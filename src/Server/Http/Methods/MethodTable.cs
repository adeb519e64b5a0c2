using System.Diagnostics.CodeAnalysis;
using Google.Protobuf.Reflection;

namespace Koda.Server.Http;

/// <summary>All methods that the application serves. It is filled while services are mapped and only read once the server runs.</summary>
internal sealed class MethodTable
{
    private readonly Dictionary<string, RpcMethod> _byPath = new(StringComparer.Ordinal);
    private readonly List<ServiceDescriptor> _services = [];

    public IReadOnlyCollection<RpcMethod> Methods => _byPath.Values;

    public IReadOnlyList<ServiceDescriptor> Services => _services;

    /// <summary>Finds a method by its path, `/package.Service/Method`.</summary>
    public bool TryFind(string path, [MaybeNullWhen(false)] out RpcMethod method) => _byPath.TryGetValue(path, out method);

    /// <exception cref="InvalidOperationException">The service is mapped already.</exception>
    internal void Add(ServiceDescriptor service, IEnumerable<RpcMethod> methods)
    {
        if (_services.Any(known => known.FullName == service.FullName))
            throw new InvalidOperationException($"{service.FullName} is mapped twice.");
        _services.Add(service);
        foreach (var method in methods)
            _byPath.Add(method.FullName, method);
    }
}

namespace Koda.Server.Http;

/// <summary>The dialects that the application registered, found by service or by path.</summary>
internal sealed class DialectTable
{
    private readonly Dictionary<string, IDialect> _byName = new(StringComparer.Ordinal);
    private readonly (string Prefix, IDialect Dialect)[] _byPath;
    private readonly KodaDialect _default = new();

    public DialectTable(IEnumerable<IDialect> dialects)
    {
        foreach (var dialect in dialects.Prepend(_default))
            _byName[dialect.Name] = dialect;
        _byPath = [.. _byName.Values
            .SelectMany(dialect => dialect.PathPrefixes, (dialect, prefix) => (prefix, dialect))
            .OrderByDescending(entry => entry.prefix.Length)];
    }

    /// <summary>The dialect of a service; Koda's own when it declares none.</summary>
    /// <exception cref="InvalidOperationException">No dialect with the declared name is registered.</exception>
    public IDialect Of(RpcMethod method) => method.ServicePolicy.Dialect switch
    {
        "" => _byName[_default.Name],
        var name when _byName.TryGetValue(name, out var dialect) => dialect,
        var name => throw new InvalidOperationException(
            $"{method.Descriptor.Service.FullName} asks for the dialect '{name}', which is not registered."),
    };

    /// <summary>The dialect of the longest prefix that matches whole path segments.</summary>
    public IDialect OfPath(string path)
    {
        foreach (var (prefix, dialect) in _byPath)
        {
            var segment = prefix.TrimEnd('/');
            if (path.StartsWith(segment, StringComparison.OrdinalIgnoreCase)
                && (path.Length == segment.Length || path[segment.Length] == '/'))
                return dialect;
        }

        return _byName[_default.Name];
    }
}

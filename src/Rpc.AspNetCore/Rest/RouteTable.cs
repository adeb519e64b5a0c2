namespace Koda.Rpc.AspNetCore.Rest;

/// <summary>
/// Every path of every mapped method, as a tree of segments. Literals win over <c>*</c>, which wins over <c>**</c>; paths are case-sensitive.
/// It is made once, when the server starts, so two methods that claim one path, or a rule that
/// names a field that is not there, stop the start and not a request.
/// </summary>
internal sealed class RouteTable
{
    private readonly Node _root = new();

    public RouteTable(MethodTable methods)
    {
        foreach (var method in methods.Methods)
        {
            foreach (var binding in RestBinding.Of(method))
            {
                RestBindingRules.Check(binding);
                Add(binding);
            }
        }
    }

    /// <summary>Finds what a request asks for.</summary>
    /// <param name="path">The segments of the path, still encoded.</param>
    /// <param name="verb">The HTTP method.</param>
    public RouteMatch Find(IReadOnlyList<string> path, string verb)
    {
        var allowed = new SortedSet<string>(StringComparer.Ordinal);
        var colon = path[^1].LastIndexOf(':');
        if (colon > 0)
        {
            string[] cut = [.. path.SkipLast(1), path[^1][..colon]];
            if (new Search(cut, verb, path[^1][(colon + 1)..], allowed).Run(_root) is { } custom) return new RouteMatch(custom, cut, []);
        }

        return new RouteMatch(new Search(path, verb, "", allowed).Run(_root), path, allowed);
    }

    private void Add(RestBinding binding)
    {
        var node = _root;
        foreach (var segment in binding.Template.Segments)
        {
            node = segment switch
            {
                RouteTemplate.One => node.One ??= new Node(),
                RouteTemplate.Rest => node.Rest ??= new Node(),
                _ => node.Literals.TryGetValue(segment, out var next) ? next : node.Literals[segment] = new Node(),
            };
        }

        var key = (binding.Template.Verb, binding.Verb);
        if (!node.Entries.TryGetValue(key, out var entry)) node.Entries[key] = entry = new RouteEntry();
        entry.Add(binding);
    }

    private sealed class Node
    {
        public Dictionary<string, Node> Literals { get; } = new(StringComparer.Ordinal);

        public Node? One { get; set; }

        public Node? Rest { get; set; }

        public Dictionary<(string Suffix, string Verb), RouteEntry> Entries { get; } = [];
    }

    /// <param name="path">The segments, without the suffix.</param>
    /// <param name="verb">The HTTP method.</param>
    /// <param name="suffix">The text after the last colon, such as <c>archive</c>.</param>
    /// <param name="allowed">Gathers the HTTP methods of the path while none of its matches has the one asked for.</param>
    private sealed class Search(IReadOnlyList<string> path, string verb, string suffix, SortedSet<string> allowed)
    {
        public RouteEntry? Run(Node root) => Descend(root, 0);

        private RouteEntry? Descend(Node node, int depth)
        {
            if (depth == path.Count) return Take(node);
            var segment = Uri.UnescapeDataString(path[depth]);
            if (node.Literals.TryGetValue(segment, out var literal) && Descend(literal, depth + 1) is { } found) return found;
            if (node.One is { } one && Descend(one, depth + 1) is { } single) return single;
            return node.Rest is { } rest ? Take(rest) : null;
        }

        private RouteEntry? Take(Node node)
        {
            if (node.Entries.TryGetValue((suffix, verb), out var entry)) return entry;
            foreach (var (key, _) in node.Entries)
            {
                if (key.Suffix == suffix) allowed.Add(key.Verb);
            }

            return null;
        }
    }
}

/// <summary>The outcome of a search: an entry, or the methods that the path has instead, or neither.</summary>
/// <param name="Entry">What the request asks for.</param>
/// <param name="Path">The segments that the entry's templates bind.</param>
/// <param name="Allowed">The HTTP methods of a path that exists without the one asked for.</param>
internal readonly record struct RouteMatch(RouteEntry? Entry, IReadOnlyList<string> Path, IReadOnlyCollection<string> Allowed);

using Google.Protobuf;
using Google.Protobuf.Reflection;
using Koda.Rpc.AspNetCore.Json;
using Microsoft.AspNetCore.Http;

namespace Koda.Rpc.AspNetCore.Rest;

/// <summary>Fills request fields from the path and the query.</summary>
internal sealed class RequestBinder(JsonCodec codec, IMessage request, IList<FieldFault> faults)
{
    private readonly ReadContext _context = new(faults);
    private readonly HashSet<string> _bound = new(StringComparer.Ordinal);

    /// <summary>Binds the variables of the path. They win over the body and the query.</summary>
    public void BindPath(RouteTemplate template, IReadOnlyList<string> path)
    {
        foreach (var (field, value) in template.Bind(path))
        {
            Set(Resolve(field)!, field, value);
        }
    }

    /// <summary>Binds the query. Keys that name no field are ignored, as those of proxies and trackers must be.</summary>
    /// <param name="query">The query.</param>
    /// <param name="body">The field that the body fills; it cannot be given here.</param>
    public void BindQuery(IQueryCollection query, string body)
    {
        foreach (var (key, values) in query)
        {
            if (Resolve(key) is not { } target || _bound.Contains(target.Path) || IsWithin(target.Path, body)) continue;
            if (values.Count > 1 && !target.Field.IsRepeated) Report(target.Path, "is given twice");
            else
            {
                foreach (var value in values) Set(target, target.Path, value ?? "");
            }
        }
    }

    private static bool IsWithin(string path, string body) =>
        body.Length > 0 && (path == body || path.StartsWith(body + ".", StringComparison.Ordinal));

    private void Set(Target target, string path, string text)
    {
        _bound.Add(target.Path);
        _context.Enter(path);
        var codecOfField = codec.Codec(target.Field.ContainingType).FindField(target.Field.Name)!;
        codecOfField.Bind(target.Open(request), text, _context);
        _context.Leave();
    }

    private void Report(string path, string problem)
    {
        _context.Enter(path);
        _context.Report(problem);
        _context.Leave();
    }

    /// <summary>Finds a field by a path such as <c>window.days</c>, each name in either spelling.</summary>
    private Target? Resolve(string path)
    {
        var type = request.Descriptor;
        var parents = new List<FieldDescriptor>();
        foreach (var name in path.Split('.'))
        {
            if (parents.Count > 0)
            {
                var parent = parents[^1];
                if (parent.FieldType != FieldType.Message || parent.IsRepeated) return null;
                type = parent.MessageType;
            }

            if (codec.Codec(type).FindField(name) is not { } field) return null;
            parents.Add(field.Descriptor);
        }

        return new Target(parents);
    }

    private sealed record Target(List<FieldDescriptor> Fields)
    {
        public FieldDescriptor Field => Fields[^1];

        public string Path { get; } = string.Join('.', Fields.Select(field => field.Name));

        /// <summary>The message that holds the field, made on the way where it is unset.</summary>
        public IMessage Open(IMessage root)
        {
            var message = root;
            foreach (var field in Fields.SkipLast(1))
            {
                var child = (IMessage?)field.Accessor.GetValue(message);
                if (child is null)
                {
                    child = field.MessageType.Parser.ParseFrom(ByteString.Empty);
                    field.Accessor.SetValue(message, child);
                }

                message = child;
            }

            return message;
        }
    }
}

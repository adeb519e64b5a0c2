using System.Collections;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using Koda.Server.Http.Json;
using Microsoft.AspNetCore.Http;

namespace Koda.Server.Http.Rest;

/// <summary>Fills request fields from the path, the query and headers.</summary>
internal sealed class RequestBinder(IMessage request, IList<FieldFault> faults)
{
    private readonly HashSet<string> _bound = new(StringComparer.Ordinal);

    /// <summary>Binds the variables of the path. They win over the body and the query.</summary>
    public void BindPath(RouteTemplate template, IReadOnlyList<string> path)
    {
        foreach (var (field, value) in template.Bind(path))
            Bind(field, value);
    }

    /// <summary>Binds the query. Keys that name no field are ignored, as those of proxies and trackers must be.</summary>
    /// <param name="query">The query.</param>
    /// <param name="body">The field that the body fills; it cannot be given here.</param>
    public void BindQuery(IQueryCollection query, string body)
    {
        foreach (var (key, values) in query)
        {
            if (Resolve(key) is not { } target || _bound.Contains(target.Path) || IsWithin(target.Path, body))
                continue;
            if (values.Count > 1 && !target.Field.IsRepeated)
            {
                faults.Add(new FieldFault(target.Path, "is given twice"));
                continue;
            }
            foreach (var value in values)
                Set(target, value ?? "");
        }
    }

    /// <summary>Binds one field.</summary>
    public void Bind(string field, string value) => Set(Resolve(field)!, value);

    private static bool IsWithin(string path, string body) =>
        body.Length > 0 && (path == body || path.StartsWith(body + ".", StringComparison.Ordinal));

    private void Set(Target target, string text)
    {
        _bound.Add(target.Path);
        var field = target.Field;
        if (field.IsMap || Scalars.Of(field) is not { } scalar)
            faults.Add(new FieldFault(target.Path, "cannot be given in a path or query"));
        else if (!scalar.TryParse(text, out var value))
            faults.Add(new FieldFault(target.Path, scalar.Expectation));
        else if (field.IsRepeated)
            ((IList)field.Accessor.GetValue(target.Open(request))).Add(value);
        else
            field.Accessor.SetValue(target.Open(request), value);
    }

    /// <summary>Finds a field by a path such as <c>window.days</c>, each name in either spelling.</summary>
    private Target? Resolve(string path)
    {
        var type = request.Descriptor;
        var fields = new List<FieldDescriptor>();
        foreach (var name in path.Split('.'))
        {
            if (fields.Count > 0)
            {
                if (fields[^1] is not { FieldType: FieldType.Message, IsRepeated: false } parent)
                    return null;
                type = parent.MessageType;
            }
            if (type.FindFieldByName(name) is not { } field
                && (field = type.Fields.InDeclarationOrder().FirstOrDefault(each => each.JsonName == name)) is null)
                return null;
            fields.Add(field);
        }
        return new Target(fields);
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

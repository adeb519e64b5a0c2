using Google.Protobuf;
using Google.Protobuf.Reflection;
using Koda.Protos.Common.V1;

namespace Koda.Server.Http.OpenApi;

/// <summary>
/// The comments of the contract. Generated code carries none, so they come from the descriptor set that is embedded beside it.
/// </summary>
internal sealed class ProtoComments
{
    private readonly Dictionary<string, string> _byName = new(StringComparer.Ordinal);

    public ProtoComments()
    {
        using var stream = typeof(MethodPolicy).Assembly.GetManifestResourceStream("koda.protoset")!;
        var files = FileDescriptorSet.Parser.ParseFrom(stream).File.Select(file => file.ToByteString());
        foreach (var file in FileDescriptor.BuildFromByteStrings(files))
            Add(file);
    }

    /// <summary>The comment above a declaration, its lines joined into paragraphs; empty when there is none.</summary>
    public string Of(IDescriptor declaration) => _byName.GetValueOrDefault(declaration.FullName, "");

    /// <summary>The first paragraph, and what follows it.</summary>
    public (string Summary, string Description) Split(IDescriptor declaration)
    {
        var text = Of(declaration);
        var end = text.IndexOf("\n\n", StringComparison.Ordinal);
        return end < 0 ? (text, "") : (text[..end], text[(end + 2)..]);
    }

    private void Add(FileDescriptor file)
    {
        foreach (var type in file.MessageTypes)
            Add(type);
        foreach (var type in file.EnumTypes)
            Add(type);
        foreach (var service in file.Services)
        {
            Keep(service, service.Declaration);
            foreach (var method in service.Methods)
                Keep(method, method.Declaration);
        }
    }

    private void Add(MessageDescriptor type)
    {
        Keep(type, type.Declaration);
        foreach (var field in type.Fields.InDeclarationOrder())
            Keep(field, field.Declaration);
        foreach (var nested in type.NestedTypes)
            Add(nested);
        foreach (var nested in type.EnumTypes)
            Add(nested);
    }

    private void Add(EnumDescriptor type)
    {
        Keep(type, type.Declaration);
        foreach (var value in type.Values)
            Keep(value, value.Declaration);
    }

    private void Keep(IDescriptor descriptor, DescriptorDeclaration? declaration)
    {
        if (declaration?.LeadingComments is not { Length: > 0 } comment)
            return;
        var paragraphs = comment.Split("\n\n").Select(paragraph =>
            string.Join(' ', paragraph.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)));
        _byName[descriptor.FullName] = string.Join("\n\n", paragraphs.Where(paragraph => paragraph.Length > 0));
    }
}

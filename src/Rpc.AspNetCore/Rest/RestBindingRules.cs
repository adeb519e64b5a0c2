using Google.Protobuf.Reflection;
using Koda.Rpc.AspNetCore.Feeds;

namespace Koda.Rpc.AspNetCore.Rest;

/// <summary>Checks, before the server starts, that the names in a method's HTTP options are fields of its messages.</summary>
internal static class RestBindingRules
{
    /// <exception cref="InvalidOperationException">A name is not a field, or not one of a kind that can stand there.</exception>
    public static void Check(RestBinding binding)
    {
        var (request, reply) = (binding.Method.Descriptor.InputType, binding.Method.Descriptor.OutputType);
        foreach (var variable in binding.Template.Variables)
        {
            var field = Find(binding, request, variable.Field);
            if (field.IsRepeated) throw Fault(binding, $"{variable.Field} is a list and cannot stand in a path");
        }

        if (binding.Body is not ("" or RestBinding.WholeBody)) Find(binding, request, binding.Body);
        if (binding.ResponseBody.Length > 0) Find(binding, reply, binding.ResponseBody);

        var policy = binding.Method.Policy;
        if (policy.UnavailableUnless.Length > 0 && Find(binding, reply, policy.UnavailableUnless).FieldType != FieldType.Bool)
            throw Fault(binding, $"{policy.UnavailableUnless} is not a bool");
        if (policy.Sse is not { } sse) return;
        SseField.Of(reply, sse.EventField);
        SseField.Of(reply, sse.IdField);
        if (sse.DataField.Length > 0 && reply.Oneofs.All(oneof => oneof.Name != sse.DataField)) Find(binding, reply, sse.DataField);
        if (sse.ResumeField.Length > 0) Find(binding, request, sse.ResumeField);
    }

    private static FieldDescriptor Find(RestBinding binding, MessageDescriptor type, string path)
    {
        FieldDescriptor? field = null;
        foreach (var name in path.Split('.'))
        {
            var parent = field is null ? type : field.FieldType == FieldType.Message ? field.MessageType : null;
            field = parent?.FindFieldByName(name) ?? throw Fault(binding, $"{type.FullName} has no field {path}");
        }

        return field!;
    }

    private static InvalidOperationException Fault(RestBinding binding, string what) =>
        new($"{binding.Method.FullName} ({binding.Verb} {binding.Template.Text}): {what}.");
}

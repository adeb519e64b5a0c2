using Google.Protobuf.Reflection;
using Koda.Server.Http.Rest;
using Microsoft.AspNetCore.Mvc.ApiExplorer;
using Microsoft.AspNetCore.Mvc.ModelBinding;

namespace Koda.Server.Http.OpenApi;

/// <summary>
/// Puts right what the official package says of the calls by REST: fields have their proto names, a body is what clients send, replies are
/// as the contract's policies say, and a feed is part of the call whose path it shares.
/// </summary>
internal sealed class CallDescriptions : IApiDescriptionProvider
{
    private static readonly EmptyModelMetadataProvider s_types = new();

    // Those who are asked first are asked last when all have spoken, and the official package is at -900.
    public int Order => -901;

    public void OnProvidersExecuting(ApiDescriptionProviderContext context)
    {
    }

    public void OnProvidersExecuted(ApiDescriptionProviderContext context)
    {
        foreach (var call in context.Results.Where(call => call.Binding() is not null))
            Describe(call, call.Binding()!);
        foreach (
            var faces in context.Results.GroupBy(call => (call.RelativePath, call.HttpMethod)).Where(faces => faces.Count() > 1).ToList())
        {
            var ordered = faces.OrderBy(call => call.Binding()!.Method.Type).ToList();
            foreach (var feed in ordered.Skip(1))
            {
                Join(ordered[0], feed);
                context.Results.Remove(feed);
            }
        }
    }

    private static void Describe(ApiDescription call, RestBinding binding)
    {
        foreach (var parameter in call.ParameterDescriptions)
        {
            if (parameter.Source == BindingSource.Body)
                DescribeBody(call, parameter, binding);
            else
                Rename(call, parameter, binding.Method.Descriptor.InputType);
        }

        call.SupportedResponseTypes.Clear();
        foreach (var reply in CallReplies.Of(binding))
            call.SupportedResponseTypes.Add(reply);
    }

    private static void DescribeBody(ApiDescription call, ApiParameterDescription body, RestBinding binding)
    {
        var input = binding.Method.Descriptor.InputType;
        body.ParameterDescriptor = null!;
        body.ModelMetadata = s_types.GetMetadataForType(
            binding.Body == RestBinding.WholeBody ? Sent.Of(input.ClrType) : Sent.Of(input.FindFieldByName(binding.Body).JsonType()));
        body.IsRequired = (
            binding.Body == RestBinding.WholeBody ? input.Fields.InDeclarationOrder() : [input.FindFieldByName(binding.Body)]
        ).Any(field => field.IsNeeded());
        if (!binding.HasJsonBody)
            call.SupportedRequestFormats[0].MediaType = CallReplies.AnyType;
    }

    private static void Rename(ApiDescription call, ApiParameterDescription parameter, MessageDescriptor input)
    {
        var path = new List<FieldDescriptor>();
        foreach (var name in parameter.Name.Split('.'))
            path.Add((path.Count == 0 ? input : path[^1].MessageType).Fields.InFieldNumberOrder().Single(field => field.JsonName == name));
        var proto = string.Join('.', path.Select(field => field.Name));
        if (parameter.Source == BindingSource.Path)
            call.RelativePath = call.RelativePath!.Replace($"{{{parameter.Name}}}", $"{{{proto}}}", StringComparison.Ordinal);
        else
            parameter.IsRequired = path.All(field => field.IsNeeded());
        parameter.Name = proto;
    }

    private static void Join(ApiDescription page, ApiDescription feed)
    {
        var known = page.ParameterDescriptions.Select(parameter => parameter.Name).ToHashSet();
        foreach (var parameter in feed.ParameterDescriptions.Where(parameter => known.Add(parameter.Name)))
            page.ParameterDescriptions.Add(parameter);
        foreach (var reply in feed.SupportedResponseTypes)
            page.SupportedResponseTypes.Add(reply);
        page.ActionDescriptor.EndpointMetadata.Add(feed.Binding()!);
    }
}

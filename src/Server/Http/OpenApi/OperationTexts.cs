using Koda.Server.Http.Feeds;
using Microsoft.OpenApi;
using Swashbuckle.AspNetCore.SwaggerGen;

namespace Koda.Server.Http.OpenApi;

/// <summary>The comments of the method, of its feed on the same path, and of its parameters.</summary>
internal sealed class OperationTexts(ProtoComments comments) : IOperationFilter
{
    public void Apply(OpenApiOperation operation, OperationFilterContext context)
    {
        var bindings = context.ApiDescription.Bindings().ToList();
        var (summary, description) = comments.Split(bindings[0].Method.Descriptor);
        var notes = bindings.Skip(1).Select(feed =>
            $"With `Accept: {FeedFormat.Sse}` or `{FeedFormat.Ndjson}` ({feed.Method.Descriptor.Name}): {comments.Split(feed.Method.Descriptor).Summary}");
        operation.Summary = OrNull(summary);
        operation.Description = OrNull(string.Join("\n\n", notes.Prepend(description).Where(text => text.Length > 0)));
        foreach (var parameter in operation.Parameters ?? [])
        {
            var field = bindings
                .Select(binding => binding.Method.Descriptor.InputType.Field(parameter.Name!))
                .First(field => field is not null)!;
            parameter.Description = OrNull(comments.Of(field));
        }

        if (operation.RequestBody is { } body && bindings[0].Method.Descriptor.InputType.Field(bindings[0].Body) is { } content)
            body.Description = OrNull(comments.Of(content));
    }

    private static string? OrNull(string text) => text.Length > 0 ? text : null;
}

using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using Swashbuckle.AspNetCore.SwaggerUI;

namespace Koda.Server.Http.OpenApi;

internal static class OpenApiHostingExtensions
{
    private const string Folder = "/openapi";
    private const string Docs = "docs";
    private const string Extension = ".json";

    /// <summary>Adds the OpenAPI documents of the mapped services.</summary>
    public static IServiceCollection AddOpenApiDocuments(this IServiceCollection services, Action<OpenApiOptions> configure)
    {
        services.AddOptions<OpenApiOptions>().Configure(configure);
        services.TryAddSingleton<ProtoComments>();
        services.TryAddSingleton(provider => new OpenApiDocuments(
            provider.GetRequiredService<MethodTable>(),
            provider.GetRequiredService<DialectTable>(),
            provider.GetRequiredService<IOptions<OpenApiOptions>>(),
            provider.GetRequiredService<ProtoComments>()));
        return services;
    }

    /// <summary>
    /// Serves the documents at <c>/openapi/NAME.json</c> and a page to read and try them at <c>/docs</c>, both without a credential and
    /// without any other server. Who opens the bare address in a browser is led to the page.
    /// </summary>
    public static IApplicationBuilder UseOpenApiDocuments(this IApplicationBuilder app)
    {
        var documents = app.ApplicationServices.GetRequiredService<OpenApiDocuments>();
        app.Use(next => http => DocumentName(http.Request) is { } name && documents.Names.Contains(name)
            ? SendAsync(http, documents, name)
            : next(http));
        app.Use(next => http =>
        {
            if (http.Request.Path != "/" || !HttpMethods.IsGet(http.Request.Method) || !http.Request.Headers.Accept.ToString().Contains("text/html", StringComparison.Ordinal))
                return next(http);
            http.Response.Redirect($"/{Docs}/index.html");
            return Task.CompletedTask;
        });
        return app.UseSwaggerUI(page =>
        {
            page.RoutePrefix = Docs;
            page.ConfigObject.Urls = Urls(documents);
        });
    }

    /// <summary>An iterator and not a list: services may be mapped after the page is.</summary>
    private static IEnumerable<UrlDescriptor> Urls(OpenApiDocuments documents)
    {
        foreach (var name in documents.Names)
            yield return new UrlDescriptor { Name = name, Url = $"{Folder}/{name}{Extension}" };
    }

    private static string? DocumentName(HttpRequest request) =>
        HttpMethods.IsGet(request.Method)
        && request.Path.StartsWithSegments(Folder, out var rest)
        && rest.Value is ['/', .. var file]
        && file.EndsWith(Extension, StringComparison.Ordinal)
            ? file[..^Extension.Length]
            : null;

    private static async Task SendAsync(HttpContext http, OpenApiDocuments documents, string name)
    {
        var text = await documents.RenderAsync(name, http.RequestAborted);
        http.Response.ContentType = "application/json";
        await http.Response.WriteAsync(text, http.RequestAborted);
    }
}

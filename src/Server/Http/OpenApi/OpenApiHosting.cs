using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc.ApiExplorer;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using Swashbuckle.AspNetCore.SwaggerGen;
using Swashbuckle.AspNetCore.SwaggerUI;

namespace Koda.Server.Http.OpenApi;

/// <summary>The OpenAPI documents of the mapped services, and a page to read and try them.</summary>
internal static class OpenApiHosting
{
    private const string Docs = "docs";

    // All that the page needs comes from this server, and it asks no other.
    private const string PagePolicy =
        "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    /// <param name="services">The application's services.</param>
    /// <param name="cookie">The name of the cookie that is a credential.</param>
    public static IServiceCollection AddOpenApiDocuments(this IServiceCollection services, string cookie)
    {
        services.AddGrpcSwagger();
        var official = services.Last(service => service.ServiceType == typeof(ISerializerDataContractResolver)).ImplementationFactory!;
        services.Replace(ServiceDescriptor.Transient<ISerializerDataContractResolver>(provider =>
            new ContractSchemas((ISerializerDataContractResolver)official(provider), provider.GetRequiredService<DocumentNames>())));
        services.TryAddEnumerable(ServiceDescriptor.Transient<IApiDescriptionProvider, CallDescriptions>());
        services.AddSingleton<ISchemaGenerator, NamedSchemas>();
        services.AddSingleton<IConfigureOptions<SwaggerGenOptions>>(provider =>
            ActivatorUtilities.CreateInstance<DocumentSetup>(provider, cookie));
        services.AddSwaggerGen();
        services.AddSingleton<DocumentNames>();
        services.AddSingleton<ProtoComments>();
        services.AddSingleton<HttpExamples>();
        services.AddSingleton<OpenApiDocuments>();
        return services;
    }

    /// <summary>
    /// Serves the documents at <c>/openapi/NAME.json</c> and a page to read and try them at <c>/docs</c>, both without a credential and
    /// without any other server. Who opens the bare address in a browser is led to the page.
    /// </summary>
    public static void UseOpenApiDocuments(this WebApplication app)
    {
        var documents = app.Services.GetRequiredService<OpenApiDocuments>();
        foreach (var name in documents.Names)
            app.MapGet(PathOf(name), http => Send(http, documents, name)).AllowAnonymous();
        app.Use(next =>
            http =>
            {
                if (http.Request.Path != "/"
                    || !HttpMethods.IsGet(http.Request.Method)
                    || !http.Request.Headers.Accept.ToString().Contains("text/html", StringComparison.Ordinal))
                    return next(http);
                http.Response.Redirect($"/{Docs}/index.html");
                return Task.CompletedTask;
            });
        app.Use(next =>
            http =>
            {
                if (http.Request.Path.StartsWithSegments($"/{Docs}"))
                    http.Response.Headers.ContentSecurityPolicy = PagePolicy;
                return next(http);
            });
        app.UseSwaggerUI(page =>
        {
            page.RoutePrefix = Docs;
            page.ConfigObject.Urls = documents.Names.Select(name => new UrlDescriptor { Name = name, Url = PathOf(name) });
        });
    }

    private static string PathOf(string name) => $"/openapi/{name}.json";

    private static async Task Send(HttpContext http, OpenApiDocuments documents, string name)
    {
        http.Response.ContentType = "application/json";
        await http.Response.WriteAsync(await documents.Render(name), http.RequestAborted);
    }
}

using Koda.Server.Http;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;

namespace Koda.Server.Hosting;

/// <summary>What every request passes before its method, whatever its face: limits by address, the credential, the rights, limits by caller, and who watches.</summary>
internal static class CallAdmission
{
    public static IServiceCollection AddCallAdmission(this IServiceCollection services)
    {
        services.AddAuthentication(CredentialHandler.SchemeName).AddScheme<Microsoft.AspNetCore.Authentication.AuthenticationSchemeOptions, CredentialHandler>(CredentialHandler.SchemeName, null);
        return services
            .AddSingleton<CallLimits>().AddSingleton<ICallRefusals>(provider => provider.GetRequiredService<CallLimits>())
            .AddSingleton<BreakGlassWatch>()
            .AddSingleton<OpenCalls>().AddHostedService(provider => provider.GetRequiredService<OpenCalls>());
    }

    public static void UseCallAdmission(this WebApplication app)
    {
        var limits = app.Services.GetRequiredService<CallLimits>();
        var breakGlass = app.Services.GetRequiredService<BreakGlassWatch>();
        var open = app.Services.GetRequiredService<OpenCalls>();
        app.Use(async (http, next) =>
        {
            if (RpcCall.Of(http) is { } call)
                await limits.CountArrival(call);
            await next(http);
        });
        app.UseAuthentication().UseAuthorization();
        app.Use(async (http, next) =>
        {
            if (RpcCall.Of(http) is { } call)
            {
                await limits.CountCaller(call);
                await breakGlass.Admitted(call);
                open.Admitted(call);
            }

            await next(http);
        });
    }
}

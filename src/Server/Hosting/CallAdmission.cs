using Koda.Server.Http;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;

namespace Koda.Server.Hosting;

/// <summary>
/// What every request passes before its method, whatever its face: limits by address, the credential, the rights, limits by caller, and who
/// watches.
/// </summary>
internal static class CallAdmission
{
    public static IServiceCollection AddCallAdmission(this IServiceCollection services)
    {
        // The core alone: the rest would make keys for cookies of its own, and keep them in the home directory.
        services.AddAuthenticationCore(authentication =>
        {
            authentication.DefaultScheme = CredentialHandler.SchemeName;
            authentication.AddScheme<CredentialHandler>(CredentialHandler.SchemeName, null);
        });
        return services
            .AddWebEncoders().AddTransient<CredentialHandler>()
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

using System.Text.Encodings.Web;
using Koda.Protos.Common.V1;
using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Koda.Http.Tests.Probe;

/// <summary>A scheme of authentication in which the Authorization header says who calls and what it may do; `bad` is not valid.</summary>
internal sealed class NamedCaller(IOptionsMonitor<NamedCaller.Settings> options, ILoggerFactory log, UrlEncoder encoder)
    : AuthenticationHandler<NamedCaller.Settings>(options, log, encoder)
{
    private const string SchemeName = "named";

    public static void Add(IServiceCollection services, Func<string, CallPrincipal> read) =>
        services.AddAuthentication(SchemeName).AddScheme<Settings, NamedCaller>(SchemeName, options => options.Read = read);

    protected override Task<AuthenticateResult> HandleAuthenticateAsync() => Task.FromResult(Request.Headers.Authorization.ToString() switch
    {
        "" => AuthenticateResult.NoResult(),
        "bad" => AuthenticateResult.Fail(new RpcFault(ErrorReason.Unauthenticated, "The token is not valid.")),
        var text => AuthenticateResult.Success(new AuthenticationTicket(Options.Read(text), SchemeName)),
    });

    public sealed class Settings : AuthenticationSchemeOptions
    {
        public Func<string, CallPrincipal> Read { get; set; } = name => new CallPrincipal(name, name, new HashSet<string>());
    }
}

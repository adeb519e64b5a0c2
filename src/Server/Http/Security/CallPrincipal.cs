using System.Security.Claims;
using Microsoft.AspNetCore.Http;

namespace Koda.Server.Http;

/// <summary>Who makes a call.</summary>
/// <param name="id">The stable id.</param>
/// <param name="name">The name for people.</param>
/// <param name="scopes">What the caller may do.</param>
internal class CallPrincipal(string id, string name, IReadOnlySet<string> scopes) : ClaimsPrincipal(IdentityOf(id, name))
{
    private const string Authentication = "koda";

    /// <summary>A caller without a credential.</summary>
    public static CallPrincipal Anonymous { get; } = new("", "anonymous", new HashSet<string>());

    /// <summary>The stable id; empty for an anonymous caller.</summary>
    public string Id => id;

    public string Name => name;

    public IReadOnlySet<string> Scopes => scopes;

    /// <summary>Who sent a request.</summary>
    public static CallPrincipal Of(HttpContext http) => http.User as CallPrincipal ?? Anonymous;

    private static ClaimsIdentity IdentityOf(string id, string name) =>
        id.Length == 0
            ? new ClaimsIdentity()
            : new ClaimsIdentity([new Claim(ClaimTypes.NameIdentifier, id), new Claim(ClaimTypes.Name, name)], Authentication);
}

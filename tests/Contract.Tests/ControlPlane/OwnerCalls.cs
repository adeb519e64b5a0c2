using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using Koda.Testing.Hosting;
using Xunit;

namespace Koda.Contract.Tests.ControlPlane;

/// <summary>What the tests of the control plane do with an owner.</summary>
internal static class OwnerCalls
{
    public const string Auth = "/api/control-plane/auth";
    public const string Username = "ana";
    public const string Email = "ana@example.org";
    public const string Password = "Tall-ships-42-sail";

    /// <summary>Registers the owner with a setup code, unless there is one.</summary>
    /// <returns>The reply of the registration; null when there was an owner.</returns>
    public static async Task<RestReply?> EnsureOwner(this KodaHost host)
    {
        var issued = await host.Rest.Post($"{Auth}/bootstrap/codes");
        if (issued.Status == 409)
            return null;
        var registered = await host.Rest.Post($"{Auth}/register-owner", Registration(("bootstrap_code", issued["code"])));
        Assert.True(registered.Status == 201, registered.Text);
        return registered;
    }

    /// <summary>A registration; what is given replaces or adds a member.</summary>
    public static string Registration(params (string Name, string Value)[] given)
    {
        var body = new JsonObject { ["username"] = Username, ["email"] = Email, ["password"] = Password, ["display_name"] = "Ana" };
        foreach (var (name, value) in given)
            body[name] = value;
        return body.ToJsonString();
    }

    public static string Credentials(string identifier, string password) =>
        new JsonObject { ["identifier"] = identifier, ["password"] = password }.ToJsonString();

    /// <summary>Signs in and gives the session's token.</summary>
    public static async Task<string> SignIn(this KodaHost host, string password = Password)
    {
        var reply = await host.Anonymous().Post($"{Auth}/login", Credentials(Username, password));
        Assert.True(reply.Status == 200, reply.Text);
        return reply["session_token"];
    }

    /// <summary>What the reply sets as a cookie, with its attributes.</summary>
    public static string Cookie(this RestReply reply, string name) =>
        Assert.Single(reply.Headers.GetValues("Set-Cookie"), cookie => cookie.StartsWith(name + "=", StringComparison.Ordinal));

    /// <summary>A client without a credential, or with a bearer token; cookies are the test's own affair.</summary>
    public static RestClient Anonymous(this KodaHost host, string? bearer = null)
    {
        var http = new HttpClient(new SocketsHttpHandler { UseCookies = false }) { BaseAddress = host.Url };
        if (bearer is not null)
            http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", bearer);
        return new RestClient(http);
    }

    /// <summary>A member of the reply that is true or false.</summary>
    public static bool Bool(this RestReply reply, string name) => reply.Json[name]!.GetValue<bool>();

    /// <summary>Creates a token as the operator and gives the reply.</summary>
    public static async Task<RestReply> NewToken(this KodaHost host, params string[] scopes)
    {
        var body = new JsonObject { ["name"] = "ci", ["scopes"] = new JsonArray([.. scopes.Select(scope => (JsonNode)scope)]) };
        var reply = await host.Rest.Post($"{Auth}/tokens", body.ToJsonString());
        Assert.True(reply.Status == 201, reply.Text);
        return reply;
    }

    /// <summary>A request as a browser sends it with the session's cookie.</summary>
    public static HttpRequestMessage WithCookie(
        HttpMethod method,
        string path,
        string session,
        string? body = null,
        string contentType = "application/json",
        params (string Name, string Value)[] headers)
    {
        var request = new HttpRequestMessage(method, path);
        if (body is not null)
            request.Content = new StringContent(body, Encoding.UTF8, contentType);
        request.Headers.Add("Cookie", $"koda_operator_session={session}");
        foreach (var (name, value) in headers)
            request.Headers.Add(name, value);
        return request;
    }
}

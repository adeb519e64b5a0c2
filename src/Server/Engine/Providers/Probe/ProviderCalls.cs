using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Koda.Providers;
using Koda.Server.Infrastructure.Http;

namespace Koda.Server.Engine.Providers;

/// <summary>Asks a provider and reads its JSON, by the guarded client only.</summary>
internal sealed class ProviderCalls(GuardedHttp http)
{
    private const string AnthropicVersion = "2023-06-01";

    /// <exception cref="ProbeFailure">No answer, a refusal, or something that is not JSON.</exception>
    public Task<JsonElement> Get(ProbeTarget target, string path, CancellationToken cancellationToken) =>
        Send(HttpMethod.Get, target, path, null, cancellationToken);

    /// <inheritdoc cref="Get"/>
    public Task<JsonElement> Post(ProbeTarget target, string path, JsonObject body, CancellationToken cancellationToken) =>
        Send(HttpMethod.Post, target, path, body, cancellationToken);

    private async Task<JsonElement> Send(
        HttpMethod method, ProbeTarget target, string path, JsonObject? body, CancellationToken cancellationToken)
    {
        var request = new HttpRequestMessage(method, $"{target.Access.BaseUrl.TrimEnd('/')}/{path}");
        request.Headers.Add("Accept", "application/json");
        Authorize(request, target.Access);
        if (body is not null)
            request.Content = new StringContent(body.ToJsonString(), Encoding.UTF8, "application/json");
        var reply = await Send(request, target, cancellationToken);
        if (reply.Status is < 200 or > 299)
        {
            var refusal = ProviderRefusal.FromStatus(reply.Status, reply.Body);
            throw new ProbeFailure(refusal.Code, WithoutKey(refusal.Message, target), reply.Status);
        }
        try
        {
            return JsonElement.Parse(reply.Body);
        }
        catch (JsonException failure)
        {
            throw new ProbeFailure(ProviderErrorCode.MalformedResponse, "The provider's answer is not JSON.", reply.Status, failure);
        }
    }

    private async Task<GuardedReply> Send(HttpRequestMessage request, ProbeTarget target, CancellationToken cancellationToken)
    {
        try
        {
            return await http.Send(request, target.AllowPrivate, cancellationToken);
        }
        catch (GuardedHttpException failure)
        {
            var code = failure.Problem switch
            {
                GuardedHttpProblem.AddressRefused => ProbeFailure.AddressRefused,
                GuardedHttpProblem.Timeout => ProviderErrorCode.Timeout,
                GuardedHttpProblem.TooLarge => ProviderErrorCode.MalformedResponse,
                _ => ProviderErrorCode.Unavailable,
            };
            throw new ProbeFailure(code, failure.Message, innerException: failure);
        }
    }

    private static void Authorize(HttpRequestMessage request, ProviderAccess access)
    {
        if (access.Kind == "anthropic")
            request.Headers.Add("anthropic-version", AnthropicVersion);
        if (access.ApiKey.Length == 0)
            return;
        if (access.Kind == "anthropic")
            request.Headers.TryAddWithoutValidation("x-api-key", access.ApiKey);
        else
            request.Headers.TryAddWithoutValidation("Authorization", $"Bearer {access.ApiKey}");
    }

    // Some providers quote the key that they refuse.
    private static string WithoutKey(string message, ProbeTarget target) =>
        target.Access.ApiKey.Length == 0
            ? message
            : message.Replace(target.Access.ApiKey, Secrets.KnownSecrets.Mark, StringComparison.Ordinal);
}

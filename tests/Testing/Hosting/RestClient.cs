using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;

namespace Koda.Testing.Hosting;

/// <summary>Sends JSON and reads JSON.</summary>
public sealed class RestClient(HttpClient http)
{
    /// <summary>GETs a path.</summary>
    public Task<RestReply> Get(string path) => Send(new HttpRequestMessage(HttpMethod.Get, path));

    /// <summary>POSTs a JSON text to a path.</summary>
    public Task<RestReply> Post(string path, string json = "{}", params (string Name, string Value)[] headers) =>
        Send(WithBody(HttpMethod.Post, path, json, headers));

    /// <summary>PUTs a JSON text to a path.</summary>
    public Task<RestReply> Put(string path, string json) => Send(WithBody(HttpMethod.Put, path, json, []));

    /// <summary>PATCHes a path with a JSON text.</summary>
    public Task<RestReply> Patch(string path, string json) => Send(WithBody(HttpMethod.Patch, path, json, []));

    /// <summary>DELETEs a path.</summary>
    public Task<RestReply> Delete(string path) => Send(new HttpRequestMessage(HttpMethod.Delete, path));

    /// <summary>Sends any request.</summary>
    public async Task<RestReply> Send(HttpRequestMessage request)
    {
        using var response = await http.SendAsync(request);
        var text = await response.Content.ReadAsStringAsync();
        return RestReply.Of(response, text);
    }

    private static HttpRequestMessage WithBody(HttpMethod method, string path, string json, (string Name, string Value)[] headers)
    {
        var request = new HttpRequestMessage(method, path) { Content = new StringContent(json, Encoding.UTF8, "application/json") };
        foreach (var (name, value) in headers)
            request.Headers.Add(name, value);
        return request;
    }
}

/// <summary>A reply.</summary>
/// <param name="Status">The HTTP status.</param>
/// <param name="Json">The body; an empty object when it is not JSON.</param>
/// <param name="Text">The body as it came.</param>
/// <param name="Headers">The headers.</param>
/// <param name="IsJson">Whether the body is declared to be JSON.</param>
public sealed record RestReply(int Status, JsonNode Json, string Text, HttpResponseHeaders Headers, bool IsJson)
{
    /// <summary>A reply whose body was read.</summary>
    public static RestReply Of(HttpResponseMessage response, string text)
    {
        var isJson = text.Length > 0 && response.Content.Headers.ContentType?.MediaType == "application/json";
        return new RestReply((int)response.StatusCode, isJson ? JsonNode.Parse(text)! : new JsonObject(), text, response.Headers, isJson);
    }

    /// <summary>A string member of the body; empty when it is absent or null.</summary>
    public string this[string name] => Json[name]?.GetValue<string>() ?? "";
}

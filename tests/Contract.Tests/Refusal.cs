using System.Text.Json.Nodes;
using Koda.Testing.Hosting;
using Xunit;

namespace Koda.Contract.Tests;

/// <summary>
/// What every refusal by REST must look like: <c>{code, message, details?}</c> as JSON, with the message once more as <c>error</c> for
/// clients of coding sessions.
/// </summary>
internal static class Refusal
{
    /// <summary>Checks the shape and gives the details; an empty object when there are none.</summary>
    public static JsonObject IsRefused(this RestReply reply, int status, string code)
    {
        Assert.True(reply.Status == status, $"Expected {status} {code}, got {reply.Status}: {reply.Text}");
        Assert.True(reply.IsJson, "A refusal is JSON.");
        var body = reply.Json.AsObject();
        Assert.Equal(code, reply["code"]);
        Assert.NotEqual("", reply["message"]);
        Assert.True(!body.ContainsKey("error") || reply["error"] == reply["message"], reply.Text);
        Assert.Subset(new HashSet<string> { "error", "code", "message", "details" }, body.Select(member => member.Key).ToHashSet());
        return body["details"]?.AsObject() ?? [];
    }

    /// <summary>Checks that exactly these fields are at fault.</summary>
    public static void BlamesFields(this JsonObject details, params string[] fields) =>
        Assert.Equal(fields.Order(), details["issues"]!["fieldErrors"]!.AsObject().Select(field => field.Key).Order());
}

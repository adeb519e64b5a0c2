using System.Net.Http.Headers;
using System.Text;
using System.Text.RegularExpressions;
using Google.Protobuf.Reflection;
using Grpc.Core;
using Koda.Server.Engine.Principals;
using Koda.Testing.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Koda.Contract.Tests;

/// <summary>Each rpc of the contract with no, a wrong and the right credential, over gRPC and by each of its HTTP routes.</summary>
public sealed partial class EveryRpcTests(KodaFixture koda) : IClassFixture<KodaFixture>
{
    // A feed that nobody ends is let in when it is not refused within this time.
    private static readonly TimeSpan s_feed = TimeSpan.FromSeconds(1);

    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(1);

    public static TheoryData<string> Guarded() =>
        [.. Contract.Methods.Where(method => !method.Policy().Anonymous).Select(method => method.FullName)];

    /// <summary>Those that need a credential even on the server's own machine.</summary>
    public static TheoryData<string> Closed() =>
        [
            .. Contract
                .Methods.Where(method => !method.Policy().Anonymous && !method.Policy().AnonymousOnLoopback)
                .Select(method => method.FullName),
        ];

    public static TheoryData<string> OpenOnLoopback() =>
        [.. Contract.Methods.Where(method => method.Policy().AnonymousOnLoopback).Select(method => method.FullName)];

    public static TheoryData<string> Anonymous() =>
        [.. Contract.Methods.Where(method => method.Policy().Anonymous).Select(method => method.FullName)];

    public static TheoryData<string> WithBody() =>
        [.. Contract.Methods.Where(method => method.Bindings().Any(binding => binding.HasBody)).Select(method => method.FullName)];

    [Theory]
    [MemberData(nameof(Closed))]
    public async Task Is_closed_without_a_credential(string name)
    {
        var method = Contract.Method(name);

        Assert.Equal(StatusCode.Unauthenticated, await Call(method, null));
        foreach (var binding in method.Bindings())
            (await Send(binding, null)).IsRefused(401, "auth.unauthenticated");
    }

    [Theory]
    [MemberData(nameof(Guarded))]
    public async Task Is_closed_to_a_credential_that_has_every_scope_but_its_own(string name)
    {
        var method = Contract.Method(name);
        var token = await Token(Scopes.All.Except(method.Policy().Scopes));

        Assert.Equal(StatusCode.PermissionDenied, await Call(method, token));
        foreach (var binding in method.Bindings())
        {
            var details = (await Send(binding, token)).IsRefused(403, "auth.forbidden");
            Assert.Equal(method.Policy().Scopes, details["scopes"]!.AsArray().Select(scope => scope!.GetValue<string>()));
        }
    }

    [Theory]
    [MemberData(nameof(Guarded))]
    public async Task Is_open_to_a_credential_that_has_its_scopes_and_nothing_else(string name)
    {
        var method = Contract.Method(name);
        var token = await Token(method.Policy().Scopes);

        Assert.DoesNotContain(
            await Call(method, token),
            new[] { StatusCode.Unauthenticated, StatusCode.PermissionDenied, StatusCode.Unimplemented, StatusCode.Internal });
        foreach (var binding in method.Bindings())
            Assert.DoesNotContain((await Send(binding, token)).Status, new[] { 401, 403, 405, 500, 501 });
    }

    [Theory]
    [MemberData(nameof(OpenOnLoopback))]
    public async Task Is_open_on_this_machine_and_closed_to_pages_and_to_other_names(string name)
    {
        var method = Contract.Method(name);

        Assert.DoesNotContain(
            await Call(method, null),
            new[] { StatusCode.Unauthenticated, StatusCode.PermissionDenied, StatusCode.Unimplemented, StatusCode.Internal });
        foreach (var binding in method.Bindings())
        {
            Assert.DoesNotContain((await Send(binding, null)).Status, new[] { 401, 403, 405, 500, 501 });
            (await Send(binding, null, header: ("Host", "rebound.example"))).IsRefused(401, "auth.unauthenticated");
            (await Send(binding, null, header: ("Origin", "https://evil.example"))).IsRefused(403, "auth.cross_site");
            (await Send(binding, null, header: ("Sec-Fetch-Site", "cross-site"))).IsRefused(403, "auth.cross_site");
            (await Send(binding, null, header: ("X-Forwarded-For", "203.0.113.9"))).IsRefused(401, "auth.unauthenticated");
        }
    }

    [Theory]
    [MemberData(nameof(Anonymous))]
    public async Task Asks_for_no_credential(string name)
    {
        var method = Contract.Method(name);

        Assert.DoesNotContain(
            await Call(method, null), new[] { StatusCode.PermissionDenied, StatusCode.Unimplemented, StatusCode.Internal });
        foreach (var binding in method.Bindings())
            Assert.NotEqual("auth.unauthenticated", (await Send(binding, null))["code"]);
    }

    [Theory]
    [MemberData(nameof(Guarded))]
    public async Task Is_closed_to_a_forged_token(string name)
    {
        var method = Contract.Method(name);
        const string forged = "kpat_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

        Assert.Equal(StatusCode.Unauthenticated, await Call(method, forged));
        foreach (var binding in method.Bindings())
            (await Send(binding, forged)).IsRefused(401, "auth.unauthenticated");
    }

    [Theory]
    [MemberData(nameof(WithBody))]
    public async Task Refuses_a_body_that_is_not_JSON(string name)
    {
        foreach (var binding in Contract.Method(name).Bindings().Where(binding => binding.HasBody))
            (await Send(binding, koda.Host.OperatorToken, "{\"a\":")).IsRefused(400, "request.malformed");
    }

    private Task<string> Token(IEnumerable<string> scopes) => koda.Host.Services.GetRequiredService<IssueToken>()
        .Execute("service", $"scoped-{Guid.NewGuid():N}", [.. scopes], lifetime: null, CancellationToken.None);

    /// <summary>Calls the rpc with an empty request over gRPC.</summary>
    private async Task<StatusCode> Call(MethodDescriptor method, string? token)
    {
        var bytes = Marshallers.Create(value => value, (byte[] value) => value);
        var headers = token is null ? new Metadata() : new Metadata { { "authorization", $"Bearer {token}" } };
        var options = new CallOptions(headers, deadline: DateTime.UtcNow + (method.IsServerStreaming ? s_feed : s_patience));
        var type = (method.IsClientStreaming, method.IsServerStreaming) switch
        {
            (false, false) => MethodType.Unary,
            (false, true) => MethodType.ServerStreaming,
            (true, false) => MethodType.ClientStreaming,
            _ => MethodType.DuplexStreaming,
        };
        var raw = new Method<byte[], byte[]>(type, method.Service.FullName, method.Name, bytes, bytes);
        try
        {
            await Run(koda.Host.Client.CallInvoker, raw, options);
            return StatusCode.OK;
        }
        catch (RpcException failure)
        {
            return failure.StatusCode;
        }
    }

    private static async Task Run(CallInvoker invoker, Method<byte[], byte[]> method, CallOptions options)
    {
        switch (method.Type)
        {
            case MethodType.Unary:
                await invoker.AsyncUnaryCall(method, null, options, []);
                break;
            case MethodType.ServerStreaming:
                using (var feed = invoker.AsyncServerStreamingCall(method, null, options, []))
                    await feed.ResponseStream.MoveNext(CancellationToken.None);
                break;
            case MethodType.ClientStreaming:
                using (var upload = invoker.AsyncClientStreamingCall(method, null, options))
                {
                    await upload.RequestStream.CompleteAsync();
                    await upload.ResponseAsync;
                }
                break;
            default:
                using (var session = invoker.AsyncDuplexStreamingCall(method, null, options))
                    await session.ResponseStream.MoveNext(CancellationToken.None);
                break;
        }
    }

    private async Task<RestReply> Send(
        (HttpMethod Verb, string Path, bool HasBody) binding, string? token, string body = "{}", (string Name, string Value)? header = null)
    {
        using var http = new HttpClient { BaseAddress = koda.Host.Url };
        using var request = new HttpRequestMessage(binding.Verb, Variable().Replace(binding.Path, "x"));
        if (token is not null)
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        if (header is { } extra)
            request.Headers.TryAddWithoutValidation(extra.Name, extra.Value);
        if (binding.HasBody)
            request.Content = new StringContent(body, Encoding.UTF8, "application/json");
        using var reply = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        // A feed has no end to wait for; its status says that it was let in.
        return reply.Content.Headers.ContentType?.MediaType == "application/json"
            ? RestReply.Of(reply, await reply.Content.ReadAsStringAsync())
            : RestReply.Of(reply, "");
    }

    [GeneratedRegex(@"\{[^}]*\}")]
    private static partial Regex Variable();
}

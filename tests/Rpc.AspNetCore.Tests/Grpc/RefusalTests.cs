using System.Net;
using System.Net.Http.Headers;
using Grpc.Core;
using Koda.Rpc.AspNetCore.Tests.Probe;
using Xunit;

namespace Koda.Rpc.AspNetCore.Tests.Grpc;

public sealed class RefusalTests : IAsyncLifetime
{
    private ProbeServer _server = null!;

    public async Task InitializeAsync() =>
        _server = await ProbeServer.StartAsync();

    public async Task DisposeAsync() => await _server.DisposeAsync();

    [Theory]
    [InlineData("/testing.probe.v1.ProbeService/Missing")]
    [InlineData("/testing.probe.v1.Missing/Unary")]
    [InlineData("/")]
    public async Task An_unknown_path_is_unimplemented_and_not_an_http_error(string path)
    {
        var reply = await _server.Raw.CallAsync(path, "x");
        Assert.Equal(HttpStatusCode.OK, reply.HttpStatus);
        Assert.True(reply.IsTrailersOnly);
        Assert.Equal((int)StatusCode.Unimplemented, reply.GrpcStatus);
        Assert.Contains(path, reply.GrpcMessage, StringComparison.Ordinal);
        Assert.Equal("application/grpc", reply.Headers["content-type"]);
    }

    [Theory]
    [InlineData("application/json")]
    [InlineData("application/grpc+json")]
    [InlineData("application/grpcish")]
    public async Task Another_content_type_is_http_415(string contentType)
    {
        var request = RawClient.Request("Unary", RawClient.Frame("x"));
        request.Content!.Headers.ContentType = MediaTypeHeaderValue.Parse(contentType);
        var reply = await _server.Raw.SendAsync(request);
        Assert.Equal(HttpStatusCode.UnsupportedMediaType, reply.HttpStatus);
    }

    [Theory]
    [InlineData("application/grpc+proto")]
    [InlineData("application/grpc; charset=utf-8")]
    [InlineData("Application/gRPC")]
    public async Task The_content_type_may_name_protobuf_and_have_parameters(string contentType)
    {
        var request = RawClient.Request("Unary", RawClient.Frame("x"));
        request.Content!.Headers.ContentType = MediaTypeHeaderValue.Parse(contentType);
        Assert.Equal(0, (await _server.Raw.SendAsync(request)).GrpcStatus);
    }

    [Fact]
    public async Task Another_http_method_is_405_and_names_the_right_one()
    {
        var request = RawClient.Request("Unary", RawClient.Frame("x"));
        request.Method = HttpMethod.Put;
        var reply = await _server.Raw.SendAsync(request);
        Assert.Equal(HttpStatusCode.MethodNotAllowed, reply.HttpStatus);
        Assert.Equal("POST", reply.Headers["allow"]);
    }

    [Fact]
    public async Task Over_http_1_1_it_says_that_grpc_needs_http_2()
    {
        var request = RawClient.Request("Unary", RawClient.Frame("x"));
        request.Version = HttpVersion.Version11;
        Assert.Equal(HttpStatusCode.UpgradeRequired, (await _server.Raw.SendAsync(request)).HttpStatus);
    }

    [Theory]
    [InlineData("1")]
    [InlineData("123456789S")]
    [InlineData("5x")]
    [InlineData("-1S")]
    public async Task A_malformed_timeout_is_an_invalid_argument(string timeout)
    {
        var reply = await _server.Raw.CallAsync("Unary", "x", ("grpc-timeout", timeout));
        Assert.Equal((int)StatusCode.InvalidArgument, reply.GrpcStatus);
    }

    [Fact]
    public async Task An_unsupported_encoding_is_unimplemented_and_names_the_supported_ones()
    {
        var reply = await _server.Raw.CallAsync("Unary", "x", ("grpc-encoding", "snappy"));
        Assert.Equal((int)StatusCode.Unimplemented, reply.GrpcStatus);
        Assert.Equal("identity,gzip", reply.Headers["grpc-accept-encoding"]);
    }

    [Fact]
    public async Task Requests_that_are_not_grpc_reach_the_other_endpoints() =>
        Assert.Equal("plain", await _server.Http.GetStringAsync(new Uri(_server.Address, "/plain")));
}

using Grpc.Core;
using Grpc.Health.V1;
using Koda.Rpc.AspNetCore.Tests.Probe;
using Microsoft.Extensions.DependencyInjection;
using Xunit;
using HealthClient = Grpc.Health.V1.Health.HealthClient;
using ServingStatus = Grpc.Health.V1.HealthCheckResponse.Types.ServingStatus;

namespace Koda.Rpc.AspNetCore.Tests.Health;

public sealed class HealthTests : IAsyncLifetime
{
    private const string Probe = "testing.probe.v1.ProbeService";

    private ProbeServer _server = null!;

    private HealthClient Client => new(_server.Channel);

    private ServingStatuses Statuses => _server.Services.GetRequiredService<ServingStatuses>();

    public async Task InitializeAsync() => _server = await ProbeServer.StartAsync();

    public async Task DisposeAsync() => await _server.DisposeAsync();

    [Theory]
    [InlineData("")]
    [InlineData(Probe)]
    public async Task The_server_and_each_mapped_service_serve(string service) => Assert.Equal(ServingStatus.Serving, await CheckAsync(service));

    [Fact]
    public async Task An_unknown_service_is_not_found()
    {
        var error = await Assert.ThrowsAsync<RpcException>(() => CheckAsync("other"));
        Assert.Equal(StatusCode.NotFound, error.StatusCode);
    }

    [Fact]
    public async Task A_status_can_be_set_and_concerns_that_service_alone()
    {
        Statuses.Set(Probe, isServing: false);
        Assert.Equal(ServingStatus.NotServing, await CheckAsync(Probe));
        Assert.Equal(ServingStatus.Serving, await CheckAsync(""));
    }

    [Fact]
    public async Task The_list_names_every_service_and_the_server()
    {
        Statuses.Set("extra", isServing: false);
        var list = await Client.ListAsync(new HealthListRequest());
        Assert.Equal(["", "extra", "grpc.health.v1.Health", "grpc.reflection.v1.ServerReflection", Probe], list.Statuses.Keys.Order(StringComparer.Ordinal));
        Assert.Equal(ServingStatus.NotServing, list.Statuses["extra"].Status);
    }

    [Fact]
    public async Task A_watcher_sees_each_change_and_nothing_else()
    {
        using var call = Client.Watch(new HealthCheckRequest { Service = Probe });
        Assert.Equal(ServingStatus.Serving, await NextAsync(call));
        Statuses.Set("extra", isServing: false);
        Statuses.Set(Probe, isServing: true);
        Statuses.Set(Probe, isServing: false);
        Assert.Equal(ServingStatus.NotServing, await NextAsync(call));
        Statuses.Set(Probe, isServing: true);
        Assert.Equal(ServingStatus.Serving, await NextAsync(call));
    }

    [Fact]
    public async Task A_watcher_of_an_unknown_service_learns_when_it_appears()
    {
        using var call = Client.Watch(new HealthCheckRequest { Service = "extra" });
        Assert.Equal(ServingStatus.ServiceUnknown, await NextAsync(call));
        Statuses.Set("extra", isServing: true);
        Assert.Equal(ServingStatus.Serving, await NextAsync(call));
    }

    private async Task<ServingStatus> CheckAsync(string service) => (await Client.CheckAsync(new HealthCheckRequest { Service = service })).Status;

    private static async Task<ServingStatus> NextAsync(AsyncServerStreamingCall<HealthCheckResponse> call)
    {
        Assert.True(await call.ResponseStream.MoveNext());
        return call.ResponseStream.Current.Status;
    }
}

using Google.Protobuf.Reflection;
using Grpc.Core;
using Grpc.Reflection.V1;
using Koda.Rpc.AspNetCore.Tests.Probe;
using Xunit;

namespace Koda.Rpc.AspNetCore.Tests.Reflection;

public sealed class ReflectionTests : IAsyncLifetime
{
    private const string ProbeFile = "testing/probe/v1/probe.proto";
    private const string PolicyFile = "koda/common/v1/policy.proto";

    private ProbeServer _server = null!;

    public async Task InitializeAsync() => _server = await ProbeServer.StartAsync();

    public async Task DisposeAsync() => await _server.DisposeAsync();

    [Fact]
    public async Task The_services_are_listed()
    {
        var (answer, _) = await AskAsync(new ServerReflectionRequest { ListServices = "" });
        Assert.Equal(
            ["grpc.health.v1.Health", "grpc.reflection.v1.ServerReflection", "testing.probe.v1.ProbeService"],
            answer.ListServicesResponse.Service.Select(service => service.Name));
    }

    [Theory]
    [InlineData("testing.probe.v1.ProbeService")]
    [InlineData("testing.probe.v1.ProbeService.Watch")]
    [InlineData("testing.probe.v1.ProbeRequest")]
    [InlineData("testing.probe.v1.ProbeRequest.text")]
    public async Task A_symbol_leads_to_its_file_and_all_that_it_needs(string symbol)
    {
        var (answer, _) = await AskAsync(new ServerReflectionRequest { FileContainingSymbol = symbol });
        Assert.Equal([ProbeFile, PolicyFile, "google/protobuf/descriptor.proto"], Names(answer));
    }

    [Theory]
    [InlineData("koda.common.v1.Idempotency", PolicyFile)]
    [InlineData("koda.common.v1.IDEMPOTENCY_HEADER", PolicyFile)]
    [InlineData("koda.common.v1.method", PolicyFile)]
    [InlineData("grpc.health.v1.HealthCheckResponse.ServingStatus", "grpc/health/v1/health.proto")]
    [InlineData("grpc.health.v1.HealthCheckResponse.SERVING", "grpc/health/v1/health.proto")]
    public async Task Enums_their_values_extensions_and_nested_types_are_symbols_too(string symbol, string file)
    {
        var (answer, _) = await AskAsync(new ServerReflectionRequest { FileContainingSymbol = symbol });
        Assert.Equal(file, Names(answer)[0]);
    }

    [Fact]
    public async Task A_file_is_found_by_its_name_and_sent_once_a_stream()
    {
        var (policy, probe) = await AskAsync(
            new ServerReflectionRequest { FileByFilename = PolicyFile }, new ServerReflectionRequest { FileByFilename = ProbeFile });
        Assert.Equal(PolicyFile, Names(policy)[0]);
        Assert.Equal([ProbeFile], Names(probe!));
    }

    [Fact]
    public async Task Extensions_are_found_by_number_and_by_type()
    {
        const string Options = "google.protobuf.MethodOptions";
        var (byNumber, byType) = await AskAsync(
            new ServerReflectionRequest { FileContainingExtension = new ExtensionRequest { ContainingType = Options, ExtensionNumber = 51001 } },
            new ServerReflectionRequest { AllExtensionNumbersOfType = Options });
        Assert.Equal(PolicyFile, Names(byNumber)[0]);
        Assert.Equal(Options, byType!.AllExtensionNumbersResponse.BaseTypeName);
        Assert.Contains(51001, byType.AllExtensionNumbersResponse.ExtensionNumber);
    }

    [Fact]
    public async Task A_type_without_extensions_has_none()
    {
        var (answer, _) = await AskAsync(new ServerReflectionRequest { AllExtensionNumbersOfType = "testing.probe.v1.ProbeRequest" });
        Assert.Empty(answer.AllExtensionNumbersResponse.ExtensionNumber);
    }

    public static TheoryData<ServerReflectionRequest> Unknown => new(
        new ServerReflectionRequest { FileByFilename = "none.proto" },
        new ServerReflectionRequest { FileContainingSymbol = "none.Such" },
        new ServerReflectionRequest { FileContainingExtension = new ExtensionRequest { ContainingType = "none.Such", ExtensionNumber = 1 } },
        new ServerReflectionRequest { AllExtensionNumbersOfType = "none.Such" });

    [Theory]
    [MemberData(nameof(Unknown))]
    public async Task What_is_not_known_is_an_answer_and_the_stream_goes_on(ServerReflectionRequest request)
    {
        var (first, second) = await AskAsync(request, new ServerReflectionRequest { ListServices = "" });
        Assert.Equal((int)StatusCode.NotFound, first.ErrorResponse.ErrorCode);
        Assert.Equal(request, first.OriginalRequest);
        Assert.NotEmpty(second!.ListServicesResponse.Service);
    }

    private async Task<(ServerReflectionResponse First, ServerReflectionResponse? Second)> AskAsync(params ServerReflectionRequest[] requests)
    {
        using var call = new ServerReflection.ServerReflectionClient(_server.Channel).ServerReflectionInfo();
        foreach (var request in requests)
            await call.RequestStream.WriteAsync(request);
        await call.RequestStream.CompleteAsync();
        var answers = await call.ResponseStream.ReadAllAsync().ToListAsync();
        return (answers[0], answers.ElementAtOrDefault(1));
    }

    private static string[] Names(ServerReflectionResponse answer) =>
        [.. answer.FileDescriptorResponse.FileDescriptorProto.Select(file => FileDescriptorProto.Parser.ParseFrom(file).Name)];
}

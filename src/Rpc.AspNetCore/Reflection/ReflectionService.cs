using Google.Protobuf.Reflection;
using Grpc.Core;
using Grpc.Reflection.V1;
using Asked = Grpc.Reflection.V1.ServerReflectionRequest.MessageRequestOneofCase;

namespace Koda.Rpc.AspNetCore;

/// <summary>grpc.reflection.v1.ServerReflection.</summary>
internal sealed class ReflectionService(DescriptorIndex index) : ServerReflection.ServerReflectionBase
{
    public override async Task ServerReflectionInfo(
        IAsyncStreamReader<ServerReflectionRequest> requestStream,
        IServerStreamWriter<ServerReflectionResponse> responseStream,
        ServerCallContext context)
    {
        var sent = new HashSet<string>(StringComparer.Ordinal);
        while (await requestStream.MoveNext(context.CancellationToken))
            await responseStream.WriteAsync(Answer(requestStream.Current, sent));
    }

    private ServerReflectionResponse Answer(ServerReflectionRequest request, HashSet<string> sent)
    {
        var response = new ServerReflectionResponse { ValidHost = request.Host, OriginalRequest = request };
        switch (request.MessageRequestCase)
        {
            case Asked.ListServices:
                response.ListServicesResponse = new ListServiceResponse();
                response.ListServicesResponse.Service.AddRange(index.Services.Select(name => new ServiceResponse { Name = name }));
                break;
            case Asked.FileByFilename:
                AnswerFile(response, index.File(request.FileByFilename), $"file '{request.FileByFilename}'", sent);
                break;
            case Asked.FileContainingSymbol:
                AnswerFile(response, index.FileOfSymbol(request.FileContainingSymbol), $"symbol '{request.FileContainingSymbol}'", sent);
                break;
            case Asked.FileContainingExtension:
                var (type, number) = (request.FileContainingExtension.ContainingType, request.FileContainingExtension.ExtensionNumber);
                AnswerFile(response, index.FileOfExtension(type, number), $"extension {number} of '{type}'", sent);
                break;
            case Asked.AllExtensionNumbersOfType:
                AnswerNumbers(response, request.AllExtensionNumbersOfType);
                break;
            default:
                response.ErrorResponse = Error(StatusCode.InvalidArgument, "The request asks for nothing.");
                break;
        }

        return response;
    }

    private void AnswerNumbers(ServerReflectionResponse response, string type)
    {
        if (index.ExtensionsOf(type) is { } numbers)
            response.AllExtensionNumbersResponse = new ExtensionNumberResponse { BaseTypeName = type, ExtensionNumber = { numbers } };
        else
            response.ErrorResponse = Error(StatusCode.NotFound, $"The server does not know the type '{type}'.");
    }

    private static void AnswerFile(ServerReflectionResponse response, FileDescriptor? file, string asked, HashSet<string> sent)
    {
        if (file is null)
        {
            response.ErrorResponse = Error(StatusCode.NotFound, $"The server does not know the {asked}.");
            return;
        }

        response.FileDescriptorResponse = new FileDescriptorResponse { FileDescriptorProto = { file.SerializedData } };
        sent.Add(file.Name);
        AddDependencies(response.FileDescriptorResponse, file, sent);
    }

    /// <summary>Adds what the file needs and this stream has not carried yet, which saves the caller further questions.</summary>
    private static void AddDependencies(FileDescriptorResponse response, FileDescriptor file, HashSet<string> sent)
    {
        foreach (var dependency in file.Dependencies)
        {
            if (!sent.Add(dependency.Name))
                continue;
            response.FileDescriptorProto.Add(dependency.SerializedData);
            AddDependencies(response, dependency, sent);
        }
    }

    private static ErrorResponse Error(StatusCode code, string message) => new() { ErrorCode = (int)code, ErrorMessage = message };
}

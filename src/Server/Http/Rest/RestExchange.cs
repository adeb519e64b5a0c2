using System.Runtime.ExceptionServices;
using Google.Protobuf;
using Grpc.Core;
using Koda.Server.Http.Feeds;
using Koda.Server.Http.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Koda.Server.Http.Rest;

/// <summary>
/// One call through the transcoder, which reads the body, calls the handler and writes the reply. It gets a request whose body is JSON
/// within the limit, and no path and query: these are read here, so that every fault of all three is named. What it writes is kept back,
/// for it knows no status but 200 and no error but its own.
/// </summary>
/// <param name="call">The call.</param>
/// <param name="binding">The rule of the path.</param>
internal sealed class RestExchange(RpcCall call, RestBinding binding)
{
    private const string LastEvent = "Last-Event-ID";

    private IQueryCollection _query = QueryCollection.Empty;
    private ReadOnlyMemory<byte>? _body;
    private ExceptionDispatchInfo? _failure;
    private bool _reached;

    /// <summary>Where the messages of a feed go; null for a method with one reply.</summary>
    public FeedStream? Feed { get; init; }

    /// <summary>What the handler returned.</summary>
    public IMessage? Reply { get; private set; }

    /// <summary>Reads the request, runs the handler, and leaves its reply as it is written in <paramref name="output"/>.</summary>
    /// <exception cref="RpcFault">MALFORMED_BODY, INVALID_REQUEST, UNSUPPORTED_MEDIA_TYPE or PAYLOAD_TOO_LARGE. What the handler throws is
    /// thrown too.</exception>
    public async Task Run(RequestDelegate transcoder, Stream output, int maxBodySize)
    {
        var http = call.Http;
        await Prepare(http.Request, maxBodySize);
        var response = http.Features.GetRequiredFeature<IHttpResponseBodyFeature>();
        http.Features.Set<IHttpResponseBodyFeature>(new StreamResponseBodyFeature(output));
        http.Features.Set(this);
        try
        {
            await transcoder(http);
        }
        finally
        {
            http.Features.Set<RestExchange>(null);
            http.Features.Set(response);
        }
        _failure?.Throw();
        if (!_reached)
            throw Unreadable();
        // It told the log why.
        if (http.Response.StatusCode >= StatusCodes.Status400BadRequest)
            throw new InvalidOperationException($"The reply of {call.Method.FullName} could not be written.");
    }

    /// <summary>Calls the handler, with the request that the transcoder made of the body.</summary>
    public async Task<TResponse> Handle<TResponse>(IMessage request, ServerCallContext context, Func<Task<TResponse>> handler)
    {
        _reached = true;
        try
        {
            Fill(request);
            var response = await handler();
            Reply = response as IMessage;
            return context.Status.StatusCode == StatusCode.OK ? response : throw new RpcException(context.Status);
        }
        catch (Exception failure)
        {
            _failure = ExceptionDispatchInfo.Capture(failure);
            // The head of a feed may be going out at this moment: the transcoder would write its own error into it.
            if (Feed is null)
                throw;
            return default!;
        }
    }

    private async ValueTask Prepare(HttpRequest request, int maxBodySize)
    {
        _query = request.Query;
        if (binding.Body.Length > 0)
        {
            var isRaw = binding.HasRawBody;
            var bytes = RequestBody.IsEmpty(request)
                ? []
                : await RequestBody.Read(request, binding.HasJsonBody, maxBodySize, request.HttpContext.RequestAborted);
            var isEmpty = bytes.Length == 0;
            if (isRaw && binding.HasJsonBody && !isEmpty)
                MessageJson.RequireJson(bytes);
            // A body that is left out changes nothing.
            if (isEmpty && !isRaw)
                (bytes, request.ContentType) = ("{}"u8.ToArray(), RequestBody.Json);
            request.Body = new MemoryStream(bytes, writable: false);
            if (!isRaw && !isEmpty)
                _body = bytes;
        }
        request.HttpContext.Features.Set<IQueryFeature>(new QueryFeature(QueryCollection.Empty));
        request.RouteValues = [];
    }

    /// <exception cref="RpcFault">INVALID_REQUEST.</exception>
    private void Fill(IMessage request)
    {
        var faults = new List<FieldFault>();
        Bind(request, faults);
        if (faults.Count > 0)
            throw RpcFault.Invalid(faults);
        if (_body is { } json && binding.Body != RestBinding.WholeBody)
            BodyMask.Fill(request, binding.Body, json);
        if (Feed is not null)
            Resume(request);
    }

    /// <summary>Puts the caller's last event, if it names one, in the place of the cursor that the contract says.</summary>
    /// <exception cref="RpcFault">INVALID_REQUEST.</exception>
    private void Resume(IMessage request)
    {
        var last = call.Http.Request.Headers[LastEvent].ToString();
        if (last.Length == 0 || binding.Method.Policy.Sse is not { ResumeField.Length: > 0 } policy)
            return;
        var faults = new List<FieldFault>();
        new RequestBinder(request, faults).Bind(policy.ResumeField, last);
        if (faults.Count > 0)
            throw RpcFault.Invalid([.. faults.Select(fault => fault with { Field = LastEvent })]);
    }

    private void Bind(IMessage request, List<FieldFault> faults)
    {
        var binder = new RequestBinder(request, faults);
        binder.BindPath(binding.Template, RestPath.Match(call.Http, binding.Template));
        if (binding.Body != RestBinding.WholeBody)
            binder.BindQuery(_query, binding.Body);
    }

    /// <exception cref="RpcFault">MALFORMED_BODY.</exception>
    private RpcFault Unreadable()
    {
        var type = binding.Method.Descriptor.InputType;
        var faults = new List<FieldFault>();
        MessageJson.FindFaults(
            type, binding.Body == RestBinding.WholeBody ? null : type.FindFieldByName(binding.Body), _body ?? default, faults);
        Bind(type.Parser.ParseFrom(ByteString.Empty), faults);
        return RpcFault.Invalid(faults);
    }
}

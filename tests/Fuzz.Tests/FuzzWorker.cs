using System.Security.Cryptography;
using Google.Protobuf;
using Grpc.Core;
using Koda.Fuzz.Tests.Inputs;
using Koda.Protos.Worker.V1;

namespace Koda.Fuzz.Tests;

/// <summary>A worker that takes work and reports nonsense about it.</summary>
internal sealed class FuzzWorker(FuzzServer server, FuzzReport report, Hostile hostile)
{
    private static readonly Method<byte[], WorkResponse> s_work = new(
        MethodType.DuplexStreaming, "koda.worker.v1.WorkerService", "Work", Marshallers.Create(bytes => bytes, bytes => bytes),
        Marshallers.Create(message => [], WorkResponse.Parser.ParseFrom));

    private readonly Metadata _credential = new() { { "authorization", $"Bearer {server.Tokens.For(["worker"])}" } };
    private readonly SemaphoreSlim _writing = new(1);

    // Said of bytes that are no message, and by the client of a call that it gave up.
    private static readonly string[] s_own = ["The request could not be read", "Error starting gRPC call", "Error reading next message"];

    private static readonly HashSet<string> s_said = ["hello", "credit", "draining"];

    public async Task Run(CancellationToken over)
    {
        await using var client = server.Client(server.Tokens.For(["worker"]));
        while (!over.IsCancellationRequested && server.Runs)
        {
            var (status, message, sent) = await Work(client.CallInvoker, over);
            var answer = new Answer(200, (int)status, message, "application/grpc", "", HasReason: false);
            for (var i = 0; i < sent; i++)
                report.Add("worker", "koda.worker.v1.WorkerService.Work", answer);
            if (status is StatusCode.Unknown or StatusCode.DataLoss || (status == StatusCode.Internal && !s_own.Any(message.StartsWith)))
                report.Find($"worker {status} {message}", $"the stream of a worker ended with {status}: {message}");
        }
    }

    private async Task<(StatusCode Status, string Message, int Sent)> Work(CallInvoker invoker, CancellationToken over)
    {
        var sent = 0;
        try
        {
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(over);
            limit.CancelAfter(TimeSpan.FromSeconds(2));
            using var stream = invoker.AsyncDuplexStreamingCall(s_work, null, new CallOptions(_credential, cancellationToken: over));
            var hello = new WorkRequest
            {
                Hello = new Hello { WorkerId = $"fuzz-{hostile.Random.Next()}", Name = "fuzz", Slots = 4 },
                Credit = 4,
            };
            await Write(stream, hello.ToByteArray(), over);
            var offers = Take(stream, limit.Token);
            var wire = new WireMaker(hostile, server.Known, hostile.Pick([0.0, 0.05, 0.2]));
            for (; sent < 15 && !over.IsCancellationRequested; sent++)
            {
                await offers.WaitAsync(TimeSpan.FromMilliseconds(20), over).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                await Write(stream, wire.Message(WorkRequest.Descriptor, s_said), over);
            }
            await stream.RequestStream.CompleteAsync();
            await offers;
            return (stream.GetStatus().StatusCode, stream.GetStatus().Detail, sent);
        }
        catch (RpcException failure)
        {
            return (failure.StatusCode, failure.Status.Detail, Math.Max(sent, 1));
        }
        catch (Exception end) when (end is OperationCanceledException or InvalidOperationException or IOException or HttpRequestException)
        {
            // The time is over, an offer came after the last report, or the server ended the call in the midst of one.
            return (StatusCode.Cancelled, "", Math.Max(sent, 1));
        }
    }

    private async Task Take(AsyncDuplexStreamingCall<byte[], WorkResponse> stream, CancellationToken limit)
    {
        while (await stream.ResponseStream.MoveNext(limit))
        {
            foreach (var offer in stream.ResponseStream.Current.Offers)
            {
                server.Known.Add("attempt_id", offer.Attempt.AttemptId);
                var accept = new WorkRequest { Accepts = { offer.Attempt } };
                await Write(stream, accept.ToByteArray(), limit);
                if (Report(offer.Attempt) is { } good)
                    await Write(stream, good.ToByteArray(), limit);
            }
        }
    }

    /// <summary>
    /// A report that holds, so that there are approvals to answer and tasks to retry. Null: what comes by chance is to do.
    /// </summary>
    private WorkRequest? Report(AttemptRef attempt) =>
        hostile.Random.Next(4) switch
        {
            0 => new WorkRequest
            {
                Completions =
                {
                    new Completion
                    {
                        Attempt = attempt,
                        Output = "a\0b",
                        Events =
                        {
                            new ReportedEvent { Kind = "tool.finished", Payload = """{"a":"\u0000\ud800"}""" },
                        },
                    },
                },
            },
            1 => new WorkRequest
            {
                Failures =
                {
                    new Failure { Attempt = attempt, Code = "fuzz\0", Message = "\0" },
                },
            },
            2 => new WorkRequest
            {
                Suspensions =
                {
                    new Suspension
                    {
                        Attempt = attempt,
                        Approval = new ApprovalRequest
                        {
                            CallId = "c",
                            Tool = "bash",
                            Arguments = "{}",
                            Risk = "low",
                            Preview = "\0",
                            Digest = Convert.ToHexStringLower(SHA256.HashData("bash\0{}"u8)),
                        },
                    },
                },
            },
            _ => null,
        };

    private async Task Write(
        AsyncDuplexStreamingCall<byte[], WorkResponse> stream, byte[] message, CancellationToken cancellationToken)
    {
        await _writing.WaitAsync(cancellationToken);
        try
        {
            await stream.RequestStream.WriteAsync(message, cancellationToken);
        }
        finally
        {
            _writing.Release();
        }
    }
}

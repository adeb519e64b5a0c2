using System.Diagnostics.CodeAnalysis;
using System.Net;
using Grpc.Core;
using Koda.Rpc.Wire;

namespace Koda.Rpc.Calls;

/// <summary>
/// One request, encoded before the call begins. Its buffer goes back to the pool when the call has ended and no attempt is writing it, since
/// a server may answer before it has read everything.
/// </summary>
[SuppressMessage("Design", "CA1001", Justification = "The last user of the buffer gives it back.")]
internal sealed class SingleRequestBody : RequestBody
{
    private readonly PooledBufferWriter _frame = new();
    private int _users = 1;

    public override bool CanReplay => true;

    public static SingleRequestBody Create<T>(T request, Marshaller<T> marshaller, int? maxMessageSize, bool compress)
    {
        var body = new SingleRequestBody();
        new MessageEncoder(maxMessageSize).Encode(body._frame, request, marshaller, compress);
        return body;
    }

    public override HttpContent CreateContent() => new Content(this);

    public override void Commit() { }

    public override void End(Status status) => Leave();

    private bool TryEnter()
    {
        var users = Volatile.Read(ref _users);
        while (users > 0)
        {
            var seen = Interlocked.CompareExchange(ref _users, users + 1, users);
            if (seen == users)
                return true;
            users = seen;
        }
        return false;
    }

    private void Leave()
    {
        if (Interlocked.Decrement(ref _users) == 0)
            _frame.Dispose();
    }

    private sealed class Content : HttpContent
    {
        private readonly SingleRequestBody _body;

        public Content(SingleRequestBody body)
        {
            _body = body;
            SetContentType(this);
        }

        protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) =>
            SerializeToStreamAsync(stream, context, CancellationToken.None);

        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
        {
            if (!_body.TryEnter())
                throw new OperationCanceledException("The call has ended.");
            try
            {
                await stream.WriteAsync(_body._frame.WrittenMemory, cancellationToken);
            }
            finally
            {
                _body.Leave();
            }
        }

        protected override bool TryComputeLength(out long length)
        {
            length = 0;
            return false;
        }
    }
}

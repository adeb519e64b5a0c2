using System.Security.Cryptography;
using Google.Protobuf;
using Grpc.Core;
using Koda.Server.Http;
using Koda.Server.Engine.Idempotency;

namespace Koda.Server.Surfaces;

/// <summary>Answers creations that a caller may repeat with the same `Idempotency-Key`.</summary>
internal static class OnceReply
{
    /// <summary>The caller's key for this request, or null.</summary>
    public static IdempotencyKey? Key(IMessage request, ServerCallContext context) => context.GetIdempotencyKey(request) is { } key
        ? new IdempotencyKey(context.GetPrincipal().Id, context.Method, key, SHA256.HashData(request.ToByteArray()))
        : null;

    /// <summary>
    /// Runs a use case that takes a key and a way to write its answer, and gives the reply: a new one, or the one given the first time.
    /// </summary>
    /// <param name="request">The request.</param>
    /// <param name="context">The call.</param>
    /// <param name="view">Writes the use case's result as the reply.</param>
    /// <param name="execute">The use case.</param>
    public static async Task<TReply> Of<TResult, TReply>(
        IMessage request,
        ServerCallContext context,
        Func<TResult, TReply> view,
        Func<IdempotencyKey?, Func<TResult, byte[]>, Task<Answer<TResult>>> execute)
        where TResult : class
        where TReply : class, IMessage<TReply>, new()
    {
        var answer = await execute(Key(request, context), result => view(result).ToByteArray());
        if (answer.Result is { } result)
            return view(result);
        var replayed = new TReply();
        replayed.MergeFrom(answer.Replayed);
        return replayed;
    }
}

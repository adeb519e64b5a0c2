using Grpc.Core;
using Koda.Http.Tests.Library;

namespace Koda.Http.Tests.Rest;

/// <summary>What the library does where a test decides it.</summary>
internal sealed class LibraryScript
{
    public Func<WatchBookRequest, IServerStreamWriter<BookEvent>, ServerCallContext, Task> Watch { get; set; } =
        (_, _, _) => Task.CompletedTask;

    public Func<ServerCallContext, Task> AfterExport { get; set; } = _ => Task.CompletedTask;

    public TaskCompletionSource SlowBegan { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public TaskCompletionSource SlowCancelled { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
}

using Koda.Cli.Terminal;

namespace Koda.Cli.Chat;

/// <summary>The one keyboard of a chat: messages are typed at it, and a question takes it from them until it is answered.</summary>
/// <param name="editor">The line that is typed.</param>
internal sealed class InputDesk(LineEditor editor) : IDisposable
{
    private readonly SemaphoreSlim _free = new(1);
    private CancellationTokenSource? _message;
    private int _asking;

    public LineHistory History => editor.History;

    /// <summary>Takes away what is typed. False: nothing is.</summary>
    public bool Clear() => editor.Clear();

    /// <summary>Reads a message. What was typed when a question came is there again behind it.</summary>
    /// <returns>Null: the person has gone.</returns>
    public async Task<string?> ReadMessage(string mark, string painted, CancellationToken cancellationToken)
    {
        for (var draft = ""; ;)
        {
            await _free.WaitAsync(cancellationToken);
            using var reading = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            try
            {
                Volatile.Write(ref _message, reading);
                if (Volatile.Read(ref _asking) > 0)
                    await reading.CancelAsync();
                return await editor.Read(mark, painted, draft, remembers: true, reading.Token);
            }
            catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
            {
                draft = editor.Draft;
            }
            finally
            {
                Volatile.Write(ref _message, null);
                _free.Release();
            }
            await Task.Yield();
        }
    }

    /// <summary>Reads the answer to a question.</summary>
    /// <inheritdoc cref="ReadMessage"/>
    public Task<string?> ReadAnswer(string mark, string painted, CancellationToken cancellationToken) =>
        Take(() => editor.Read(mark, painted, "", remembers: false, cancellationToken), cancellationToken);

    /// <summary>Has the keyboard for something else than a line.</summary>
    public async Task<T> Take<T>(Func<Task<T>> use, CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _asking);
        try
        {
            if (Volatile.Read(ref _message) is { } message)
                await message.CancelAsync();
            await _free.WaitAsync(cancellationToken);
            try
            {
                return await use();
            }
            finally
            {
                _free.Release();
            }
        }
        finally
        {
            Interlocked.Decrement(ref _asking);
        }
    }

    public void Dispose() => _free.Dispose();
}

using System.Collections.Concurrent;
using Koda.Cli.Terminal;

namespace Koda.Cli.Tests.Terminal;

public sealed class InputLinesTests
{
    [Fact]
    public async Task A_line_that_nobody_waited_for_any_more_goes_to_the_next_who_asks()
    {
        using var typed = new BlockingCollection<string>();
        var input = new InputLines(new Slow(typed));
        using var gone = new CancellationTokenSource();
        var first = input.Next(gone.Token);
        await gone.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first);

        typed.Add("one");
        typed.Add("two");

        Assert.Equal("one", await input.Next(CancellationToken.None));
        Assert.Equal("two", await input.Next(CancellationToken.None));
        typed.CompleteAdding();
        Assert.Null(await input.Next(CancellationToken.None));
    }

    private sealed class Slow(BlockingCollection<string> typed) : TextReader
    {
        public override string? ReadLine() => typed.TryTake(out var line, Timeout.Infinite) ? line : null;
    }
}

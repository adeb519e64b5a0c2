using System.Diagnostics;
using Koda.Client;

namespace Koda.Cli.Tasks;

/// <summary>Asks about a task that a server has taken: where nobody answers it may be starting again, and is waited for a while.</summary>
internal sealed class ServerWait(Session session, bool silent)
{
    private const string NobodyThere = "server.unreachable";
    private static readonly TimeSpan s_longest = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(500);

    /// <exception cref="KodaException">The server refused, or nobody answered in all that time.</exception>
    public async Task<T> Run<T>(Func<CancellationToken, Task<T>> ask, CancellationToken cancellationToken)
    {
        for (var (begin, first) = (Stopwatch.GetTimestamp(), true); ; first = false)
        {
            try
            {
                return await ask(cancellationToken);
            }
            catch (KodaException absent) when (absent.Code == NobodyThere && Stopwatch.GetElapsedTime(begin) < s_longest)
            {
                if (first && !silent)
                    session.Terminal.Say(
                        $"No Koda server answers at {session.ClientOptions().Url.GetLeftPart(UriPartial.Authority)}. "
                        + $"Waiting for one, {s_longest.TotalSeconds:0} s at most; Ctrl-C ends.");
            }
            await Task.Delay(s_pause, cancellationToken);
        }
    }
}

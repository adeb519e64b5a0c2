using System.Runtime.CompilerServices;

namespace Koda.Cli.Doctor;

/// <summary>Looks at one thing.</summary>
/// <param name="Name">What is looked at.</param>
/// <param name="LookAsync">Looks, and says what it found: nothing, one thing or several.</param>
internal sealed record Probe(string Name, Func<CancellationToken, Task<IReadOnlyList<Check>>> LookAsync)
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(10);

    public static Probe Of(string name, Func<CancellationToken, Task<Check>> look) =>
        new(name, async cancellationToken => [await look(cancellationToken)]);

    /// <summary>Looks at all of them at once and gives what they found in their order. None is waited for without end.</summary>
    public static async IAsyncEnumerable<Check> Run(IEnumerable<Probe> probes, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        foreach (var looking in probes.Select(probe => probe.Limited(s_patience, cancellationToken)).ToList())
        {
            foreach (var check in await looking)
                yield return check;
        }
    }

    internal async Task<IReadOnlyList<Check>> Limited(TimeSpan patience, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(patience);
        try
        {
            // A disk that does not answer blocks a thread, and hears no cancellation.
            return await Task.Run(() => LookAsync(limit.Token), limit.Token).WaitAsync(limit.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return [new Check(Name, CheckStatus.Failed, $"no answer within {patience.TotalSeconds:0} seconds")];
        }
    }
}

using Koda.Client;
using Koda.Client.Evidence;

namespace Koda.Cli.Evidence;

/// <summary>Checks a task's events against their hashes without trusting the server: it gives the events, this computes.</summary>
internal static class VerifyTask
{
    private const int PageSize = 1000;

    /// <returns>The number of events, and what is wrong: null when nothing is.</returns>
    public static async Task<(long Events, string? Fault)> Run(KodaClient client, string taskId, CancellationToken cancellationToken)
    {
        var stream = TaskId.Parse(taskId) ?? throw new CliException($"'{taskId}' is not a task's id.", ExitCode.Usage, code: "cli.usage");
        var task = await client.Tasks.GetAsync(taskId, cancellationToken);
        var chain = new EventChain(stream);
        while (chain.Seq < task.LastEventSeq)
        {
            var page = await client.Tasks.ListEventsAsync(taskId, chain.Seq, PageSize, cancellationToken);
            if (page.Items.Count == 0)
                return (chain.Seq, $"event {chain.Seq + 1} is missing: the task's last one is {task.LastEventSeq}");
            foreach (var item in page.Items)
                if (chain.Verify(item) is { } fault)
                    return (chain.Seq, fault);
        }
        return (chain.Seq, null);
    }
}

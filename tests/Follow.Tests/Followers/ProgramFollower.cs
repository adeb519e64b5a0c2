using System.Globalization;

namespace Koda.Follow.Tests.Followers;

/// <summary>A program that takes URL, token, task and cursor, and prints each event as a line `seq kind hash`.</summary>
internal sealed class ProgramFollower(string name, Peers peers, bool reconnects, string program, params string[] arguments)
    : Follower(name, reconnects)
{
    protected override async Task Follow(FollowedTask task, Uri server, long after, CancellationToken cut)
    {
        var url = server.GetLeftPart(UriPartial.Authority);
        using var process = peers.Start(program, [.. arguments, url, task.Token, task.Id, after.ToString(CultureInfo.InvariantCulture)]);
        await using var killing = cut.Register(() => process.Kill(entireProcessTree: true));
        var errors = process.StandardError.ReadToEndAsync(CancellationToken.None);
        while (await process.StandardOutput.ReadLineAsync(CancellationToken.None) is { } line)
        {
            if (SeenEvent.Parse(line) is { } item)
                Add(item);
        }
        await process.WaitForExitAsync(CancellationToken.None);
        if (process.ExitCode != 0)
            throw new InvalidOperationException($"{Name} ended with {process.ExitCode}: {await errors}");
    }
}

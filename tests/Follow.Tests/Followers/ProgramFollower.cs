using System.Diagnostics;
using System.Globalization;

namespace Koda.Follow.Tests.Followers;

/// <summary>A program that takes URL, token, task and cursor, and prints each event as a line `seq kind hash`.</summary>
internal sealed class ProgramFollower(string name, Peers peers, bool reconnects, string program, params string[] arguments) : Follower(name)
{
    private Process? _process;

    public override bool Reconnects => reconnects;

    protected override async Task FollowAsync(FollowedTask task, Uri server, long after)
    {
        var url = server.GetLeftPart(UriPartial.Authority);
        using var process = _process = peers.Start(program, [.. arguments, url, task.Token, task.Id, after.ToString(CultureInfo.InvariantCulture)]);
        var errors = process.StandardError.ReadToEndAsync();
        while (await process.StandardOutput.ReadLineAsync() is { } line)
        {
            if (SeenEvent.Parse(line) is { } item)
                Add(item);
        }
        await process.WaitForExitAsync();
        var code = process.ExitCode;
        _process = null;
        if (code != 0)
            throw new InvalidOperationException($"{Name} ended with {code}: {await errors}");
    }

    protected override void Cut() => _process?.Kill(entireProcessTree: true);
}

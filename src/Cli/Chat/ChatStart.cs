namespace Koda.Cli.Chat;

/// <summary>Finds the session that a chat goes on with, or creates one.</summary>
internal sealed class ChatStart(Session command)
{
    /// <summary>The session to go on with. Null: another one.</summary>
    public string? SessionId { get; init; }

    /// <summary>Whether to go on with the last used one of the directory.</summary>
    public bool Newest { get; init; }

    public string AgentId { get; init; } = "";

    public string ModelId { get; init; } = "";

    /// <summary>The directory. Null: the current one, where the server can know it.</summary>
    public string? Workspace { get; init; }

    public async Task<Code.Session> Open(CancellationToken cancellationToken)
    {
        var sessions = command.Client.Sessions;
        if (SessionId is not null || Newest)
        {
            var found = SessionId is { } id ? await sessions.GetAsync(id, cancellationToken) : await FindNewest(cancellationToken);
            if (AgentId.Length > 0)
                found = await sessions.SetAgentAsync(found.Id, AgentId, cancellationToken);
            return ModelId.Length > 0 ? await sessions.SetModelAsync(found.Id, ModelId, cancellationToken) : found;
        }
        return await sessions.CreateAsync(new() { AgentId = AgentId, ModelId = ModelId, Workspace = Directory }, cancellationToken);
    }

    /// <summary>A path is a path of the worker's machine, so the current directory is offered only to a server on this one.</summary>
    private string Directory => Workspace is { } given
        ? Path.GetFullPath(given)
        : command.ClientOptions().Url.IsLoopback ? System.IO.Directory.GetCurrentDirectory() : "";

    private async Task<Code.Session> FindNewest(CancellationToken cancellationToken) =>
        await command.Client.Sessions.ListAsync(Directory, cancellationToken).FirstOrDefaultAsync(cancellationToken)
        ?? throw new CliException(
            $"There is no session of '{Directory}' yet.", ExitCode.Failed, "Begin one with: koda chat", "session.not_found");
}

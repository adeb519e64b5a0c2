namespace Koda.Server.Engine.Principals;

/// <summary>
/// Keeps the token files of a data folder: <c>operator.token</c> with every scope for the person, <c>worker.token</c> for the worker on this machine.
/// A file whose token is not valid in this database (any more), or lacks a scope that came with a newer Koda, is written anew.
/// </summary>
internal sealed class EnsureTokenFiles(AuthenticateToken authenticate, IssueToken issue)
{
    public const string OperatorFile = "operator.token";
    public const string WorkerFile = "worker.token";

    public async Task Execute(string dataDirectory, CancellationToken cancellationToken)
    {
        await Ensure(Path.Combine(dataDirectory, OperatorFile), "operator", "operator", Scopes.All, cancellationToken);
        await Ensure(Path.Combine(dataDirectory, WorkerFile), "worker", "local worker", [Scopes.Worker], cancellationToken);
    }

    private async Task Ensure(string file, string kind, string name, IReadOnlyList<string> scopes, CancellationToken cancellationToken)
    {
        if (File.Exists(file))
        {
            var present = (await File.ReadAllTextAsync(file, cancellationToken)).Trim();
            if (await authenticate.Execute(present, cancellationToken) is { } known && scopes.All(known.Scopes.Contains))
                return;
        }

        var token = await issue.Execute(kind, name, scopes, lifetime: null, cancellationToken);
        await PrivateFile.Write(file, token + "\n", cancellationToken);
    }
}

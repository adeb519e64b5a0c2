using Koda.Server.Infrastructure.Postgres;

namespace Koda.Server.Engine.SetupCodes;

/// <summary>
/// The file from which a person on the server's machine takes the setup code. It goes when there is an owner, wherever that one registered.
/// </summary>
internal sealed class SetupCodeFile
{
    private const string Topic = "owner";

    private readonly string _path;
    private readonly Broadcast _broadcast;

    public SetupCodeFile(string dataDirectory, Broadcast broadcast)
    {
        _path = Path.Combine(dataDirectory, "setup.code");
        _broadcast = broadcast;
        broadcast.OnChange(Topic, name =>
        {
            if (name is not null)
                File.Delete(_path);
        });
    }

    public Task Write(string code, CancellationToken cancellationToken) => PrivateFile.Write(_path, code + "\n", cancellationToken);

    /// <summary>Deletes the file here, and tells the other servers to do the same.</summary>
    public void OwnerRegistered()
    {
        Delete();
        _broadcast.Announce(Topic, "registered");
    }

    public void Delete() => File.Delete(_path);
}

using System.Globalization;

namespace Koda.Testing;

/// <summary><c>koda worker</c>: each start is another worker to the server.</summary>
internal sealed class KodaWorkerProcess : KodaProcess
{
    /// <param name="folder">Takes the log, and is the directory of tasks that name none.</param>
    /// <param name="name">Names the worker.</param>
    /// <param name="server">The server that it connects to.</param>
    /// <param name="token">The worker's token.</param>
    /// <param name="slots">How many tasks it runs at once.</param>
    /// <param name="sandbox">Whether it confines commands where that works. Otherwise they run by the agents' rules alone.</param>
    public KodaWorkerProcess(string folder, string name, Uri server, string token, int slots = 4, bool sandbox = false)
        : base(
            folder,
            name,
            new Dictionary<string, string> { ["KODA_TOKEN"] = token },
            [
                "worker",
                "--url",
                server.GetLeftPart(UriPartial.Authority),
                "--name",
                name,
                "--workspace",
                folder,
                "--slots",
                slots.ToString(CultureInfo.InvariantCulture),
                .. sandbox ? Array.Empty<string>() : ["--no-sandbox", "--unconfined-commands"],
            ])
    {
    }
}

using Koda.Server.Engine.Audit;
using Koda.Server.Engine.Owners;
using Microsoft.Extensions.Logging;

namespace Koda.Server.Engine.SetupCodes;

/// <summary>Shows the person at the server's console how to become the owner, while there is none.</summary>
internal sealed partial class OfferSetupCode(OwnerStore owners, IssueSetupCode issue, SetupCodeFile file, ILogger<OfferSetupCode> log)
{
    public async Task Execute(CancellationToken cancellationToken)
    {
        if (await owners.Find(cancellationToken) is not null)
        {
            file.Delete();
            return;
        }

        var issued = await issue.Execute(Caller.System, key: null, _ => [], cancellationToken);
        SetupCodeIssued(log, issued.Result!.Code, IssueSetupCode.Life.TotalMinutes);
    }

    [LoggerMessage(
        1,
        LogLevel.Information,
        "There is no owner yet. Register with the setup code {Code}, within {Minutes} minutes; `koda setup-code` prints a new one.")]
    private static partial void SetupCodeIssued(ILogger logger, string code, double minutes);
}

using System.Text;
using System.Security.Cryptography;
using Koda.Protos.Common.V1;
using Koda.Server.Engine.Audit;
using Koda.Server.Engine.Idempotency;
using Koda.Server.Engine.Owners;

namespace Koda.Server.Engine.SetupCodes;

/// <summary>An issued setup code; it is not kept.</summary>
internal sealed record IssuedSetupCode(string Code, DateTime ExpiresAt);

/// <summary>Issues a setup code while there is no owner, and writes it to the data folder.</summary>
internal sealed class IssueSetupCode(RunOnce once, OwnerStore owners, SetupCodeFile file, AuditLog audit)
{
    public static readonly TimeSpan Life = TimeSpan.FromMinutes(15);

    private const int Length = 12;

    /// <exception cref="EngineException">OWNER_EXISTS; those of idempotency keys.</exception>
    public async Task<Answer<IssuedSetupCode>> Execute(
        Caller caller, IdempotencyKey? key, Func<IssuedSetupCode, byte[]> encode, CancellationToken cancellationToken)
    {
        if (await owners.Find(cancellationToken) is not null)
            throw new EngineException(ErrorReason.OwnerExists, "There is an owner already; no setup code is needed.");
        var answer = await once.Execute(
            key,
            encode,
            async (transaction, token) =>
            {
                var code = CodeText.New(Length);
                var expiresAt = await SetupCodeStore.Insert(transaction, SetupCodeStore.Code, Hash(code), Life, token);
                await audit.Record(transaction, caller, new SecurityEvent("security.setup_code.issued", ""), token);
                return new IssuedSetupCode(code, expiresAt);
            },
            cancellationToken);
        if (answer.Result is { } issued)
            await file.Write(issued.Code, cancellationToken);
        return answer;
    }

    /// <summary>What is stored of a code, however a person has typed it: of 60 random bits that last 15 minutes.</summary>
    public static byte[] Hash(string code) => SHA256.HashData(Encoding.ASCII.GetBytes(CodeText.Normalize(code)));
}

using Google.Protobuf.Reflection;
using Koda.Protos.Common.V1;

namespace Koda.House.Tests;

/// <summary><c>docs/errors.md</c> lists every error code, as the contract has it. Written anew by KODA_WRITE_ERRORS=1.</summary>
public sealed class ErrorListTests
{
    private const string Introduction = """
        # Error codes

        Every refusal by REST is `{"code", "message", "details"?}` with one of these codes; gRPC callers find the name in `ErrorInfo.reason` (domain `koda`) of the status details. Codes never change
        their meaning. The same call may succeed later where "again" says yes; then `Retry-After` tells when, where that is known.

        This page is made from [error.proto](../protos/koda/common/v1/error.proto).

        | Code | HTTP | gRPC | Again | Meaning | What to do |
        | --- | --- | --- | --- | --- | --- |

        """;

    [Fact]
    public void The_page_of_error_codes_is_what_the_contract_says()
    {
        var file = Path.Combine(SourceFile.Root, "docs/errors.md");
        var page = Introduction + string.Concat(Rows());
        if (Environment.GetEnvironmentVariable("KODA_WRITE_ERRORS") == "1")
            File.WriteAllText(file, page);

        Assert.True(
            File.ReadAllText(file) == page,
            "docs/errors.md is not what the contract says; write it by: KODA_WRITE_ERRORS=1 dotnet test tests/House.Tests");
    }

    private static IEnumerable<string> Rows()
    {
        var comments = Comments();
        foreach (var value in ErrorReflection.Descriptor.EnumTypes.Single(type => type.Name == nameof(ErrorReason)).Values.Skip(1))
        {
            var policy = value.GetOptions().GetExtension(ErrorExtensions.Error);
            var status = policy.Http != 0 ? policy.Http : UsualStatus(policy.Grpc);
            yield return $"| `{policy.Code}` | {status} | {policy.Grpc} | {(policy.Retryable ? "yes" : "")} | {comments[value.Index]} | {policy.Hint} |\n";
        }
    }

    /// <summary>The leading comments of the reasons, by their index.</summary>
    private static Dictionary<int, string> Comments()
    {
        using var stream = typeof(ErrorReason).Assembly.GetManifestResourceStream("koda.protoset")!;
        var file = FileDescriptorSet.Parser.ParseFrom(stream).File.Single(file => file.Name == ErrorReflection.Descriptor.Name);
        var position = file.EnumType.Select(type => type.Name).ToList().IndexOf(nameof(ErrorReason));
        return file
            .SourceCodeInfo.Location.Where(location => location.Path is [5, var type, 2, _] && type == position)
            .ToDictionary(
                location => location.Path[3],
                location =>
                    string.Join(
                        ' ', location.LeadingComments.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)));
    }

    /// <summary>The HTTP status of a gRPC code, as google.rpc.Code has it.</summary>
    private static int UsualStatus(int grpc) => grpc switch
    {
        3 or 9 or 11 => 400,
        16 => 401,
        7 => 403,
        5 => 404,
        6 or 10 => 409,
        8 => 429,
        1 => 499,
        12 => 501,
        14 => 503,
        4 => 504,
        _ => 500,
    };
}

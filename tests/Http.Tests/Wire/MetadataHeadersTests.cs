using Grpc.Core;
using Koda.Server.Http.Wire;
using Xunit;

namespace Koda.Http.Tests.Wire;

public sealed class MetadataHeadersTests
{
    [Theory]
    [InlineData("")]
    [InlineData("q83v")]
    [InlineData("q80")]
    [InlineData("q80=")]
    [InlineData("qw")]
    [InlineData("qw==")]
    public void Binary_values_are_read_with_and_without_padding(string base64)
    {
        var metadata = Read("trace-bin", base64);
        Assert.Equal(base64.TrimEnd('='), Convert.ToBase64String(metadata.GetValueBytes("trace-bin")!).TrimEnd('='));
    }

    [Fact]
    public void Joined_binary_values_are_separate_entries()
    {
        var entries = Read("trace-bin", "AQ,Ag==, Aw").GetAll("trace-bin");
        Assert.Equal([[1], [2], [3]], entries.Select(entry => entry.ValueBytes));
    }

    [Fact]
    public void A_binary_value_that_is_not_base64_is_an_internal_error()
    {
        var exception = Assert.Throws<RpcException>(() => Read("trace-bin", "not base64!"));
        Assert.Equal(StatusCode.Internal, exception.StatusCode);
    }

    [Fact]
    public void Text_with_commas_stays_one_entry() => Assert.Equal("a, b", Read("List", "a, b").GetValue("list"));

    [Theory]
    [InlineData(":path")]
    [InlineData("content-type")]
    [InlineData("TE")]
    [InlineData("host")]
    [InlineData("grpc-timeout")]
    [InlineData("grpc-encoding")]
    [InlineData("grpc-status")]
    [InlineData("Grpc-Anything-New")]
    [InlineData("content-length")]
    [InlineData("transfer-encoding")]
    [InlineData("connection")]
    public void Reserved_names_are_not_metadata(string name) => Assert.Empty(Read(name, "x"));

    [Theory]
    [InlineData("grpc-status-details-bin")]
    [InlineData("grpc-trace-bin")]
    [InlineData("grpc-retry-pushback-ms")]
    [InlineData("grpc-previous-rpc-attempts")]
    [InlineData("user-agent")]
    [InlineData("authorization")]
    [InlineData("x")]
    public void Other_names_are_metadata(string name) => Assert.Single(Read(name, "AQ"));

    [Fact]
    public void Bytes_are_written_as_base64_without_padding() => Assert.Equal("qw", MetadataHeaders.Encode(new Metadata.Entry("a-bin", [0xab])));

    [Theory]
    [InlineData("line\nbreak")]
    [InlineData("tab\t")]
    [InlineData("naïve")]
    public void Text_that_no_header_carries_is_refused(string text)
    {
        var exception = Assert.Throws<RpcException>(() => MetadataHeaders.Encode(new Metadata.Entry("key", text)));
        Assert.Equal(StatusCode.Internal, exception.StatusCode);
    }

    private static Metadata Read(string name, string value)
    {
        var metadata = new Metadata();
        MetadataHeaders.AddTo(metadata, name, value);
        return metadata;
    }
}

using Grpc.Core;

namespace Koda.Rpc.Tests.Core;

public sealed class MetadataTests
{
    [Fact]
    public void Keys_are_lower_case_and_found_in_any_case()
    {
        var metadata = new Metadata { { "Request-ID", "1" } };
        Assert.Equal("request-id", metadata[0].Key);
        Assert.Equal("1", metadata.GetValue("REQUEST-id"));
    }

    [Fact]
    public void The_last_of_several_values_counts()
    {
        var metadata = new Metadata { { "key", "1" }, { "other", "x" }, { "key", "2" } };
        Assert.Equal("2", metadata.GetValue("key"));
        Assert.Equal(["1", "2"], metadata.GetAll("key").Select(entry => entry.Value));
    }

    [Theory]
    [InlineData("with space")]
    [InlineData("ünicode")]
    [InlineData("a:b")]
    [InlineData("")]
    public void Keys_that_no_header_can_have_are_refused(string key) => Assert.Throws<ArgumentException>(() => new Metadata.Entry(key, "value"));

    [Fact]
    public void A_binary_key_takes_bytes_and_a_text_key_takes_text()
    {
        Assert.Throws<ArgumentException>(() => new Metadata.Entry("key-bin", "text"));
        Assert.Throws<ArgumentException>(() => new Metadata.Entry("key", [1]));
        Assert.True(new Metadata.Entry("key-bin", [1]).IsBinary);
    }

    [Fact]
    public void A_binary_value_is_not_given_as_text() =>
        Assert.Throws<InvalidOperationException>(() => new Metadata { { "key-bin", new byte[] { 1 } } }.GetValue("key-bin"));

    [Fact]
    public void Bytes_are_copied_in_and_out()
    {
        byte[] bytes = [1];
        var entry = new Metadata.Entry("key-bin", bytes);
        bytes[0] = 2;
        entry.ValueBytes[0] = 3;
        Assert.Equal([1], entry.ValueBytes);
    }

    [Fact]
    public void The_shared_empty_metadata_cannot_be_changed() =>
        Assert.Throws<InvalidOperationException>(() => Metadata.Empty.Add("key", "value"));
}

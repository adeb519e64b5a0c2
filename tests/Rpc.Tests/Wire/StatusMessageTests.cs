using Koda.Rpc.Wire;

namespace Koda.Rpc.Tests.Wire;

public sealed class StatusMessageTests
{
    [Theory]
    [InlineData("", "")]
    [InlineData("plain text, with ~!", "plain text, with ~!")]
    [InlineData("100%", "100%25")]
    [InlineData("\t\r\n", "%09%0D%0A")]
    [InlineData("☺ 😈", "%E2%98%BA %F0%9F%98%88")]
    public void Only_what_is_not_printable_ascii_is_escaped(string message, string encoded)
    {
        Assert.Equal(encoded, StatusMessage.Encode(message));
        Assert.Equal(message, StatusMessage.Decode(encoded));
    }

    [Theory]
    [InlineData("%", "%")]
    [InlineData("%4", "%4")]
    [InlineData("%zz", "%zz")]
    [InlineData("50% of %41", "50% of A")]
    [InlineData("%e2%98%ba", "☺")]
    [InlineData("unescaped ☺ %41", "unescaped ☺ A")]
    [InlineData("%F0%9F%98%88 😈 %", "😈 😈 %")]
    public void Invalid_escapes_stay_as_they_are(string encoded, string message) => Assert.Equal(message, StatusMessage.Decode(encoded));

    [Fact]
    public void Every_byte_survives_as_text()
    {
        var message = string.Concat(Enumerable.Range(1, 0x2fff).Select(code => (char)code));
        Assert.Equal(message, StatusMessage.Decode(StatusMessage.Encode(message)));
    }
}

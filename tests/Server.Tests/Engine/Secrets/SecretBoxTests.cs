using System.Security.Cryptography;
using Koda.Server.Engine.Secrets;
using Xunit;

namespace Koda.Server.Tests.Engine.Secrets;

public class SecretBoxTests
{
    private readonly SecretBox _box = new(KeyRing.Of(Key(1)));

    [Fact]
    public void What_is_sealed_opens_for_the_same_purpose() =>
        Assert.Equal("sk-ключ", _box.Open(_box.Seal("sk-ключ", "provider:a"), "provider:a"));

    [Fact]
    public void No_two_envelopes_are_alike() => Assert.NotEqual(_box.Seal("secret", "p"), _box.Seal("secret", "p"));

    [Fact]
    public void An_envelope_does_not_open_for_another_purpose() =>
        Assert.ThrowsAny<CryptographicException>(() => _box.Open(_box.Seal("secret", "provider:a"), "provider:b"));

    [Fact]
    public void An_envelope_does_not_open_with_another_key() =>
        Assert.Throws<CryptographicException>(() => new SecretBox(KeyRing.Of(Key(2))).Open(_box.Seal("secret", "p"), "p"));

    [Fact]
    public void A_change_of_any_byte_is_noticed()
    {
        var envelope = _box.Seal("secret", "p");
        for (var at = 0; at < envelope.Length; at++)
        {
            var changed = envelope.ToArray();
            changed[at] ^= 1;
            Assert.ThrowsAny<CryptographicException>(() => _box.Open(changed, "p"));
        }
    }

    [Theory]
    [InlineData("short")]
    [InlineData("zz0102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f")]
    public void A_key_of_another_form_is_refused(string text) =>
        Assert.Throws<InvalidOperationException>(() => MasterKey.Parse(text, "test"));

    [Fact]
    public void A_secret_that_was_wrapped_anew_opens_with_the_new_key_alone()
    {
        var sealedBefore = _box.Seal("secret", "p");

        var rewrapped = new SecretBox(KeyRing.Of(Key(2), Key(1))).Rewrap(sealedBefore);

        Assert.Equal("secret", new SecretBox(KeyRing.Of(Key(2))).Open(rewrapped, "p"));
        Assert.Throws<CryptographicException>(() => _box.Open(rewrapped, "p"));
    }

    [Fact]
    public void A_known_secret_is_redacted_wherever_it_stands()
    {
        var secrets = new KnownSecrets();
        secrets.Learn("sk-1234567890");

        Assert.Equal("""{"a":"key «redacted»."}""", secrets.Redact("""{"a":"key sk-1234567890."}"""));
    }

    [Fact]
    public void What_is_stored_stays_known_and_of_what_was_only_the_newest()
    {
        var secrets = new KnownSecrets();
        secrets.LearnStored(["stored-now", "stored-once"]);
        for (var i = 0; i < KnownSecrets.MostPassing; i++)
            secrets.Learn($"passing-{i:0000}.");

        Assert.Equal("«redacted» «redacted» «redacted» «redacted»", secrets.Redact("stored-now stored-once passing-0000. passing-0999."));

        secrets.LearnStored(["stored-now"]);
        secrets.Learn("passing-1000.");

        Assert.Equal(
            "«redacted» «redacted» passing-0000. passing-0001. «redacted» «redacted»",
            secrets.Redact("stored-now stored-once passing-0000. passing-0001. passing-0002. passing-1000."));
    }

    private static MasterKey Key(byte value) =>
        MasterKey.Parse(Convert.ToHexString(Enumerable.Repeat(value, MasterKey.Size).ToArray()), "test");
}

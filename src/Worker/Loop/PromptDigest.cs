using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Koda.Worker.Providers;

namespace Koda.Worker.Loop;

/// <summary>What a model was asked, as one number: the same prompt has the same digest.</summary>
internal static class PromptDigest
{
    /// <summary>The SHA-256 in lower-case hex of the system prompt, the tools and the messages, each followed by a zero byte.</summary>
    public static string Of(string system, JsonArray tools, IEnumerable<ModelMessage> messages, JsonArray added)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Append(system);
        Append(tools.ToJsonString());
        foreach (var message in messages)
            Append(ModelMessageJson.Write(message).ToJsonString());
        foreach (var message in added)
            Append(message!.ToJsonString());
        return Convert.ToHexStringLower(hash.GetHashAndReset());

        void Append(string text)
        {
            hash.AppendData(Encoding.UTF8.GetBytes(text));
            hash.AppendData([0]);
        }
    }
}

using System.Text;
using System.Text.Json;
using Conductor.Host.Prove.Secrets;

namespace Conductor.Host.Tests.Prove;

/// <summary>`conductor prove secrets` would find what it looks for.</summary>
public sealed class SecretsProofTests
{
    public static TheoryData<string, int> Ways => new()
    {
        { "plain", 0 }, { "JSON", 1 }, { "UTF-16 LE", 2 }, { "UTF-16 BE", 3 }, { "base64 0", 4 }, { "base64 1", 4 }, { "base64 2", 4 }, { "base64url", 4 }, { "URL", 5 }, { "hex", 6 }, { "HEX", 6 },
    };

    [Theory]
    [MemberData(nameof(Ways))]
    public void Look_PlantedInAnyForm_IsFoundWhereItIs(string how, int form)
    {
        var proof = new SecretsProof();
        var value = proof.Canaries[3].Value;
        var utf8 = Encoding.UTF8.GetBytes(value);
        byte[] written = how switch
        {
            "JSON" => JsonSerializer.SerializeToUtf8Bytes(value),
            "UTF-16 LE" => Encoding.Unicode.GetBytes(value),
            "UTF-16 BE" => Encoding.BigEndianUnicode.GetBytes(value),
            "base64 0" => Base64([], utf8),
            "base64 1" => Base64("a"u8, utf8),
            "base64 2" => Base64("user:"u8, utf8),
            "base64url" => Encoding.ASCII.GetBytes(Convert.ToBase64String(utf8).Replace('+', '-').Replace('/', '_')),
            "URL" => Encoding.ASCII.GetBytes(Uri.EscapeDataString(value)),
            "hex" => Encoding.ASCII.GetBytes(Convert.ToHexStringLower(utf8)),
            "HEX" => Encoding.ASCII.GetBytes(Convert.ToHexString(utf8)),
            _ => utf8,
        };
        proof.Plant("a way", [.. "before "u8, .. written, .. " behind"u8]);
        proof.Plant("another way", "nothing of the kind"u8.ToArray());

        var (rows, hits) = proof.Look();

        Assert.Contains(hits, hit => hit.StartsWith("a way: planted holds the provider's key by file:", StringComparison.Ordinal));
        Assert.DoesNotContain(hits, hit => hit.StartsWith("another way", StringComparison.Ordinal));
        Assert.True(rows.Single(row => row.Way == "a way").Hits[form] > 0);
        Assert.All(rows.Single(row => row.Way == "another way").Hits, count => Assert.Equal(0, count));
    }

    [Fact]
    public void Canaries_AreAllDifferentAndNewEachTime()
    {
        var (one, other) = (new SecretsProof(), new SecretsProof());

        Assert.Equal(22, one.Canaries.Concat(other.Canaries).Select(canary => canary.Value).Distinct().Count());
        Assert.All(one.Canaries, canary => Assert.True(canary.Value.Length >= 32 && canary.Value.All(letter => letter is > ' ' and <= '~')));
    }

    private static byte[] Base64(ReadOnlySpan<byte> before, byte[] value) => Encoding.ASCII.GetBytes(Convert.ToBase64String([.. before, .. value, .. "!?"u8]));
}

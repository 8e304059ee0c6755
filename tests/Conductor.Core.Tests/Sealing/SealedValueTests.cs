using System.Security.Cryptography;
using Conductor.Sealing;

namespace Conductor.Core.Tests.Sealing;

/// <summary>What is sealed opens with its key, for its provider, as it is; else not at all.</summary>
public sealed class SealedValueTests
{
    private const string Value = "sk-a-provider's-own-key-0123456789";

    private readonly byte[] _key = RandomNumberGenerator.GetBytes(32);

    [Fact]
    public void SealedValue_Opened_IsWhatItWas()
    {
        var one = SealedValue.Seal(_key, "vllm", Value);
        var two = SealedValue.Seal(_key, "vllm", Value);

        Assert.StartsWith("enc:v1:", one, StringComparison.Ordinal);
        Assert.Equal(12 + Value.Length + 16, Convert.FromBase64String(one["enc:v1:".Length..]).Length);
        Assert.NotEqual(one, two);
        Assert.Equal((Value, Value), (SealedValue.Open(_key, "vllm", one), SealedValue.Open(_key, "vllm", $" {two}\n")));
    }

    [Fact]
    public void SealedValue_AnyBitOfAnyByteOther_DoesNotOpen()
    {
        var bytes = Convert.FromBase64String(SealedValue.Seal(_key, "vllm", Value)["enc:v1:".Length..]);
        for (var i = 0; i < bytes.Length * 8; i++)
        {
            bytes[i / 8] ^= (byte)(1 << (i % 8));
            Assert.Null(SealedValue.Open(_key, "vllm", "enc:v1:" + Convert.ToBase64String(bytes)));
            bytes[i / 8] ^= (byte)(1 << (i % 8));
        }

        for (var length = 0; length < bytes.Length; length++)
        {
            Assert.Null(SealedValue.Open(_key, "vllm", "enc:v1:" + Convert.ToBase64String(bytes.AsSpan(0, length))));
        }

        Assert.Equal(Value, SealedValue.Open(_key, "vllm", "enc:v1:" + Convert.ToBase64String(bytes)));
    }

    [Theory]
    [InlineData("enc:v1:")]
    [InlineData("enc:v1:not base64!")]
    [InlineData("enc:v2:AAAA")]
    [InlineData("sk-plain")]
    public void SealedValue_WhatIsNone_DoesNotOpen(string text) => Assert.Null(SealedValue.Open(_key, "vllm", text));

    [Fact]
    public void SealedValue_OtherProviderOrOtherKey_DoesNotOpen()
    {
        var text = SealedValue.Seal(_key, "vllm", Value);

        Assert.Null(SealedValue.Open(_key, "vllm2", text));
        Assert.Null(SealedValue.Open(_key, "", text));
        Assert.Null(SealedValue.Open(RandomNumberGenerator.GetBytes(32), "vllm", text));
    }
}

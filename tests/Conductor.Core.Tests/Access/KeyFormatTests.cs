using Conductor.Access;

namespace Conductor.Core.Tests.Access;

public sealed class KeyFormatTests
{
    [Fact]
    public void NewKey_ReadsBack_AndIsLongAndItsOwn()
    {
        var keys = Enumerable.Range(0, 200).Select(_ => (Id: KeyFormat.NewId(), Key: "")).Select(pair => (pair.Id, Key: KeyFormat.NewKey(pair.Id))).ToList();

        Assert.All(keys, pair =>
        {
            Assert.Matches("^ck_live_[0-9A-Za-z]{8}_[0-9A-Za-z]{49}$", pair.Key);
            Assert.True(KeyFormat.TryReadId(pair.Key, out var id));
            Assert.Equal(pair.Id, id.ToString());
        });
        Assert.Equal(200, keys.Select(pair => pair.Key).Distinct().Count());
    }

    [Fact]
    public void TryReadId_AnyOneCharacterChanged_False()
    {
        var key = KeyFormat.NewKey("Ab3dE6gH");

        for (var i = 0; i < key.Length; i++)
        {
            var other = key[i] == 'x' ? 'y' : 'x';
            Assert.False(KeyFormat.TryReadId(string.Concat(key.AsSpan(0, i), [other], key.AsSpan(i + 1)), out _), $"at {i}");
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("ck_live_")]
    [InlineData("ck_test_Ab3dE6gH_aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa")]
    [InlineData("ck_live_Ab3dE6gH_aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaé")]
    public void TryReadId_SomethingElse_False(string text) => Assert.False(KeyFormat.TryReadId(text, out _));

    // The number is part of what scanners for leaked secrets go by: it does not change.
    [Fact]
    public void TryReadId_KeyOfAnotherDay_StillOne()
    {
        const string Head = "ck_live_00000000_0000000000000000000000000000000000000000000";
        var isOne = KeyFormat.TryReadId(Head + Checksum(Head), out var id);

        Assert.True(isOne);
        Assert.Equal("00000000", id.ToString());
    }

    // CRC-32C by its definition: reversed polynomial 0x82F63B78, bit by bit.
    private static string Checksum(string head)
    {
        var crc = uint.MaxValue;
        foreach (var letter in head)
        {
            crc ^= letter;
            for (var bit = 0; bit < 8; bit++)
            {
                crc = (crc & 1) == 1 ? (crc >> 1) ^ 0x82F63B78 : crc >> 1;
            }
        }

        crc = ~crc;
        const string Digits = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
        var text = "";
        for (var i = 0; i < 6; i++)
        {
            text = Digits[(int)(crc % 62)] + text;
            crc /= 62;
        }

        return text;
    }
}

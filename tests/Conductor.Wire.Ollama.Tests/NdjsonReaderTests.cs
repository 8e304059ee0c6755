using System.Text;

namespace Conductor.Wire.Ollama.Tests;

public sealed class NdjsonReaderTests
{
    private const string Transcript = "\ufeff{\"a\":\"é\"}\n\r\n{\"b\":2}\r\n  \n{\"c\":\"日本\"}";

    [Fact]
    public async Task Lines_AreTheSame_WhereverTheBytesAreSplit()
    {
        var bytes = Encoding.UTF8.GetBytes(Transcript);
        for (var split = 0; split <= bytes.Length; split++)
        {
            Assert.Equal(["{\"a\":\"é\"}", "{\"b\":2}", "{\"c\":\"日本\"}"], await ReadAsync(new SplitStream(bytes, split)));
        }
    }

    [Fact]
    public async Task Line_LargerThanTheBuffer_IsWhole()
    {
        var line = new string('x', 100_000);

        Assert.Equal([line, "y"], await ReadAsync(new MemoryStream(Encoding.UTF8.GetBytes(line + "\ny\n")), maxLineBytes: 200_000));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Line_LargerThanTheCap_IsRefused(bool hasEnd) =>
        await Assert.ThrowsAsync<WireResponseException>(() => ReadAsync(new MemoryStream(Encoding.UTF8.GetBytes(new string('x', 5_000) + (hasEnd ? "\n" : ""))), maxLineBytes: 4_000));

    [Fact]
    public async Task NothingAtAll_HasNoLines() => Assert.Empty(await ReadAsync(new MemoryStream()));

    private static async Task<List<string>> ReadAsync(Stream stream, int maxLineBytes = 1_000)
    {
        using var reader = new NdjsonReader(stream, maxLineBytes);
        List<string> lines = [];
        while (await reader.ReadAsync(CancellationToken.None))
        {
            lines.Add(Encoding.UTF8.GetString(reader.Line.Span).TrimEnd('\r'));
        }

        return lines;
    }

    private sealed class SplitStream(byte[] bytes, int split) : MemoryStream(bytes)
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            base.ReadAsync(buffer[..Math.Min(buffer.Length, Position < split ? split - (int)Position : int.MaxValue)], cancellationToken);
    }
}

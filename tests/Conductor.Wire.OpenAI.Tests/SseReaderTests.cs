using System.Text;

namespace Conductor.Wire.OpenAI.Tests;

public sealed class SseReaderTests
{
    public static TheoryData<string, string[]> Transcripts => new()
    {
        { "data: one\n\ndata: two\n\n", ["one", "two"] },
        { "data: one\r\n\r\ndata: two\r\n\r\n", ["one", "two"] },
        { "data: one\r\rdata: two\r\r", ["one", "two"] },
        { "data: one\r\n\ndata: two\n\r\n", ["one", "two"] },
        { "\uFEFFdata: one\n\ndata: \uFEFFtwo\n\n", ["one", "\uFEFFtwo"] },
        { ": ping\n\n: ping\n\ndata: one\n: inside\n\n: ping\n\n", ["one"] },
        { "data: one\ndata: two\ndata:three\n\n", ["one\ntwo\nthree"] },
        { "data\n\ndata:\n\ndata: \n\ndata:  x\n\n", ["", "", "", " x"] },
        { "event: message\nid: 7\nretry: 3\ndata: {\"a\":1}\n\n", ["{\"a\":1}"] },
        { "\n\n\r\n\r\rdata: one\n\n\n\n", ["one"] },
        { "datax: no\ndat: no\ndata: grüße 😀 漢字\n\n", ["grüße 😀 漢字"] },
        { "data: cut off", ["cut off"] },
        { "data: one\n\ndata: cut off\n", ["one", "cut off"] },
        { "", [] },
        { ": only a comment", [] },
    };

    [Theory]
    [MemberData(nameof(Transcripts))]
    public async Task Reader_TranscriptSplitAtEveryByte_GivesTheSameEvents(string transcript, string[] expected)
    {
        var bytes = Encoding.UTF8.GetBytes(transcript);
        for (var split = 0; split <= bytes.Length; split++)
        {
            Assert.Equal(expected, await ReadAllAsync(PieceStream.SplitAt(bytes, split)));
        }
    }

    [Theory]
    [MemberData(nameof(Transcripts))]
    public async Task Reader_OneByteAtATime_GivesTheSameEvents(string transcript, string[] expected)
    {
        var bytes = Encoding.UTF8.GetBytes(transcript);

        Assert.Equal(expected, await ReadAllAsync(PieceStream.InPiecesOf(bytes, 1)));
    }

    [Fact]
    public async Task Raw_OfEveryEvent_TogetherIsTheTranscript()
    {
        var transcript = "data: one\n\nevent: x\ndata: two\ndata: three\n\n: note\ndata: [DONE]\n\n";
        await using var reader = new SseReader(PieceStream.InPiecesOf(Encoding.UTF8.GetBytes(transcript), 3));

        var raw = new StringBuilder();
        while (await reader.ReadAsync(CancellationToken.None))
        {
            Assert.True(reader.IsComplete);
            raw.Append(Encoding.UTF8.GetString(reader.Raw.Span));
        }

        Assert.Equal(transcript, raw.ToString());
    }

    [Fact]
    public async Task Reader_StreamEndsInsideAnEvent_SaysItIsNotComplete()
    {
        await using var reader = new SseReader(new MemoryStream("data: half"u8.ToArray()));

        Assert.True(await reader.ReadAsync(CancellationToken.None));

        Assert.False(reader.IsComplete);
        Assert.False(await reader.ReadAsync(CancellationToken.None));
    }

    [Fact]
    public async Task Reader_EventAsLongAsTheCap_IsRead()
    {
        var bytes = Encoding.UTF8.GetBytes("data: " + new string('x', 92) + "\n\n");
        await using var reader = new SseReader(PieceStream.SplitAt(bytes, 50), maxEventBytes: 100);

        Assert.True(await reader.ReadAsync(CancellationToken.None));

        Assert.Equal(92, reader.Data.Length);
    }

    [Fact]
    public async Task Reader_EventAboveTheCap_Throws()
    {
        var bytes = Encoding.UTF8.GetBytes("data: ok\n\ndata: " + new string('x', 93) + "\n\n");
        await using var reader = new SseReader(new MemoryStream(bytes), maxEventBytes: 100);

        Assert.True(await reader.ReadAsync(CancellationToken.None));

        var failure = await Assert.ThrowsAsync<SseException>(async () => await reader.ReadAsync(CancellationToken.None));
        Assert.Equal(100, failure.MaxEventBytes);
    }

    [Fact]
    public async Task Reader_EndlessLine_StopsReadingJustAboveTheCap()
    {
        var endless = new EndlessStream();
        await using var reader = new SseReader(endless, maxEventBytes: 64 * 1024);

        await Assert.ThrowsAsync<SseException>(async () => await reader.ReadAsync(CancellationToken.None));

        Assert.InRange(endless.Served, 64 * 1024, 256 * 1024);
    }

    [Fact]
    public async Task Reader_ManyEventsOfManySizes_ComeBackWhole()
    {
        var random = new Random(7);
        var expected = Enumerable.Range(0, 300).Select(i => new string((char)('a' + (i % 26)), random.Next(0, 20_000))).ToArray();
        var bytes = Encoding.UTF8.GetBytes(string.Concat(expected.Select(text => $"data: {text}\r\n\r\n")));

        Assert.Equal(expected, await ReadAllAsync(PieceStream.InPiecesOf(bytes, 1460)));
    }

    [Fact]
    public async Task Reader_Cancelled_ThrowsOperationCanceled()
    {
        await using var reader = new SseReader(new MemoryStream("data: x\n\n"u8.ToArray()));
        using var cancellation = new CancellationTokenSource();
        await cancellation.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await reader.ReadAsync(cancellation.Token));
    }

    private static async Task<string[]> ReadAllAsync(Stream stream)
    {
        await using var reader = new SseReader(stream);
        var events = new List<string>();
        while (await reader.ReadAsync(CancellationToken.None))
        {
            events.Add(Encoding.UTF8.GetString(reader.Data.Span));
        }

        return [.. events];
    }
}

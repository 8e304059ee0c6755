using Conductor.Wire;
using Conductor.Wire.Gemini;

namespace Conductor.Host.Lab.Wires;

/// <summary>Takes streams apart with the readers that the gateway uses, and holds what comes out against the bytes read at once.</summary>
internal static class Framing
{
    private const int Cap = 1024 * 1024;

    // Short enough that ordinary events reach it.
    private const int SmallCap = 300;

    /// <summary>The data of all events.</summary>
    public static async Task<List<byte[]>> EventsAsync(ReadOnlyMemory<byte> bytes)
    {
        var expected = SseReference.Read(bytes.Span);
        var events = await EventsAsync(bytes, Cap, expected);
        if (bytes.Length > SmallCap)
        {
            await EventsAsync(bytes, SmallCap, expected);
        }

        return events;
    }

    /// <summary>All lines that are not blank.</summary>
    public static async Task<List<byte[]>> LinesAsync(ReadOnlyMemory<byte> bytes)
    {
        var lines = new List<byte[]>();
        using (var reader = new NdjsonReader(Slices(bytes), Cap))
        {
            while (await reader.ReadAsync(CancellationToken.None))
            {
                lines.Add(reader.Line.ToArray());
            }
        }

        var whole = bytes.Span.StartsWith((ReadOnlySpan<byte>)[0xEF, 0xBB, 0xBF]) ? bytes[3..] : bytes;
        var expected = new List<byte[]>();
        foreach (var line in whole.Span.Split((byte)'\n'))
        {
            if (!whole.Span[line].Trim(" \t\r"u8).IsEmpty)
            {
                expected.Add(whole.Span[line].ToArray());
            }
        }

        RequireSame(expected, lines, "lines");
        await WithinAsync(() => new NdjsonReader(Slices(bytes), SmallCap), (reader, token) => reader.ReadAsync(token), reader => reader.Line.Length);
        return lines;
    }

    /// <summary>All items of an array, up to where it breaks off.</summary>
    public static async Task<List<byte[]>> ItemsAsync(ReadOnlyMemory<byte> bytes)
    {
        var items = await ItemsAsync(Slices(bytes));
        RequireSame(await ItemsAsync(new MemoryStream(bytes.ToArray())), items, "items");
        await WithinAsync(() => new JsonArrayReader(Slices(bytes), SmallCap), (reader, token) => reader.ReadAsync(token), reader => reader.Item.Length);
        return items;
    }

    private static async Task<List<byte[]>> EventsAsync(ReadOnlyMemory<byte> bytes, int cap, List<byte[]> expected)
    {
        var events = new List<byte[]>();
        await using var reader = new SseReader(Slices(bytes), cap);
        try
        {
            while (await reader.ReadAsync(CancellationToken.None))
            {
                events.Add(reader.Data.ToArray());
                Probe.Require(reader.Raw.Length <= cap, "events: one above the cap");
                // What passes through as bytes has to be this event and no other.
                Probe.Require(SseReference.Read(reader.Raw.Span, isBeginning: false) is [var only] && only.AsSpan().SequenceEqual(reader.Data.Span), "events: the bytes of one do not say what its data is");
            }

            RequireSame(expected, events, "events");
        }
        catch (SseException)
        {
            Probe.Require(bytes.Length > cap, "events: too long below the cap");
            RequireSame(expected[..Math.Min(events.Count, expected.Count)], events, "events before one that is too long");
        }

        return events;
    }

    private static async Task<List<byte[]>> ItemsAsync(Stream stream)
    {
        var items = new List<byte[]>();
        using var reader = new JsonArrayReader(stream, Cap);
        try
        {
            while (await reader.ReadAsync(CancellationToken.None))
            {
                items.Add(reader.Item.ToArray());
            }
        }
        catch (WireResponseException)
        {
            // It ended inside of an item.
        }

        return items;
    }

    private static async Task WithinAsync<T>(Func<T> open, Func<T, CancellationToken, ValueTask<bool>> read, Func<T, int> length)
        where T : IDisposable
    {
        using var reader = open();
        try
        {
            while (await read(reader, CancellationToken.None))
            {
                Probe.Require(length(reader) <= SmallCap, "a piece above the cap");
            }
        }
        catch (WireResponseException)
        {
            // Too long.
        }
    }

    private static void RequireSame(List<byte[]> expected, List<byte[]> found, string what)
    {
        Probe.Require(expected.Count == found.Count, $"{what}: {found.Count} where {expected.Count} stand");
        for (var i = 0; i < found.Count; i++)
        {
            Probe.Require(expected[i].AsSpan().SequenceEqual(found[i]), $"{what}: number {i} is not what stands there");
        }
    }

    // The same bytes come in the same pieces, also when a kept input is tried again.
    private static SlicedStream Slices(ReadOnlyMemory<byte> bytes)
    {
        var hash = 2_166_136_261u; // FNV
        foreach (var value in bytes.Span)
        {
            hash = (hash ^ value) * 16_777_619;
        }

        return new SlicedStream(bytes, (int)(hash & int.MaxValue));
    }
}

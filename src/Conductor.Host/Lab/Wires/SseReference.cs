namespace Conductor.Host.Lab.Wires;

/// <summary>Server-sent events of bytes that are all there: the rules once more, in the simplest words, to hold the reader for streams against.</summary>
internal static class SseReference
{
    /// <summary>The data of each event; that of a last one without its blank line too.</summary>
    /// <param name="bytes">The stream, or a part of it.</param>
    /// <param name="isBeginning">Whether it begins there: a byte order mark is one there alone.</param>
    public static List<byte[]> Read(ReadOnlySpan<byte> bytes, bool isBeginning = true)
    {
        bytes = isBeginning && bytes.StartsWith((ReadOnlySpan<byte>)[0xEF, 0xBB, 0xBF]) ? bytes[3..] : bytes;
        var events = new List<byte[]>();
        var data = new List<byte[]>();
        while (!bytes.IsEmpty)
        {
            var end = bytes.IndexOfAny((byte)'\n', (byte)'\r');
            var line = end < 0 ? bytes : bytes[..end];
            bytes = end < 0 ? default : bytes[(end + (bytes[end..].StartsWith("\r\n"u8) ? 2 : 1))..];
            if (line.IsEmpty)
            {
                Finish();
            }
            else if (line.SequenceEqual("data"u8))
            {
                data.Add([]);
            }
            else if (line.StartsWith("data:"u8))
            {
                data.Add(line[(line.StartsWith("data: "u8) ? 6 : 5)..].ToArray());
            }
        }

        Finish();
        return events;

        void Finish()
        {
            if (data.Count > 0)
            {
                events.Add([.. data.SelectMany((line, i) => i == 0 ? line : [(byte)'\n', .. line])]);
                data.Clear();
            }
        }
    }
}

namespace Conductor.Host.Lab.Wires;

/// <summary>How a target's bytes are put together.</summary>
internal enum WireShape
{
    /// <summary>One JSON value.</summary>
    Body,

    /// <summary>Server-sent events.</summary>
    Events,

    /// <summary>A JSON value on each line.</summary>
    Lines,

    /// <summary>An array whose items arrive one by one.</summary>
    Array,
}

/// <summary>Puts the pieces of a stream together: lost, twice, in another order, and framed in every way that is allowed and some that are not.</summary>
internal static class StreamMutator
{
    public static byte[] Frame(WireShape shape, List<byte[]> pieces, Random random)
    {
        Shuffle(pieces, random);
        return shape switch
        {
            WireShape.Events => Events(pieces, random),
            WireShape.Lines => Lines(pieces, random),
            _ => Items(pieces, random),
        };
    }

    /// <summary>Right and plain.</summary>
    public static byte[] Plain(WireShape shape, IReadOnlyList<byte[]> pieces) => shape switch
    {
        WireShape.Body => pieces[0],
        WireShape.Events => [.. pieces.SelectMany(piece => (byte[])[.. "data: "u8, .. piece, .. "\n\n"u8])],
        WireShape.Lines => [.. pieces.SelectMany(piece => (byte[])[.. piece, .. "\n"u8])],
        _ => [.. "["u8, .. pieces.SelectMany((piece, i) => (byte[])[.. i == 0 ? default : ","u8, .. piece]), .. "]"u8],
    };

    private static void Shuffle(List<byte[]> pieces, Random random)
    {
        for (var i = random.Next(3) == 0 ? random.Next(1, 4) : 0; i > 0 && pieces.Count > 0; i--)
        {
            var at = random.Next(pieces.Count);
            switch (random.Next(5))
            {
                case 0:
                    pieces.RemoveAt(at);
                    break;
                case 1:
                    pieces.Insert(random.Next(pieces.Count + 1), pieces[at]);
                    break;
                case 2:
                    var to = random.Next(pieces.Count);
                    (pieces[at], pieces[to]) = (pieces[to], pieces[at]);
                    break;
                case 3:
                    pieces.RemoveRange(at, pieces.Count - at); // no end mark either
                    break;
                default:
                    pieces.Insert(at, random.Next(3) switch { 0 => "[DONE]"u8.ToArray(), 1 => """{"error":{"message":"m","type":"t","code":"c"}}"""u8.ToArray(), _ => [] });
                    break;
            }
        }
    }

    private static byte[] Events(List<byte[]> pieces, Random random)
    {
        using var output = new MemoryStream();
        var end = LineEnd(random);
        var isMixed = random.Next(3) == 0;
        output.Write(random.Next(20) == 0 ? [0xEF, 0xBB, 0xBF] : default(ReadOnlySpan<byte>));
        foreach (var piece in pieces)
        {
            for (var i = random.Next(6); i == 0; i = random.Next(6))
            {
                output.Write(random.Next(7) switch { 0 => ": ping"u8, 1 => "event: message_start"u8, 2 => "id: 7"u8, 3 => "retry: 10"u8, 4 => "data"u8, 5 => "data:"u8, _ => ":"u8 });
                EndLine();
            }

            if (random.Next(5) == 0 && piece.AsSpan().IndexOf((byte)',') is > 0 and var comma)
            {
                Data(piece.AsSpan(0, comma + 1)); // several lines of data are one
                Data(piece.AsSpan(comma + 1));
            }
            else
            {
                Data(piece);
            }

            for (var i = random.Next(30) == 0 ? random.Next(3) : 1; i > 0; i--)
            {
                EndLine();
            }
        }

        return output.ToArray();

        void Data(ReadOnlySpan<byte> data)
        {
            output.Write(random.Next(12) switch { 0 => "data:"u8, 1 => "data:  "u8, 2 when random.Next(10) == 0 => "Data: "u8, _ => "data: "u8 });
            output.Write(data);
            EndLine();
        }

        void EndLine()
        {
            output.Write(end);
            end = isMixed ? LineEnd(random) : end;
        }
    }

    private static byte[] Lines(List<byte[]> pieces, Random random)
    {
        using var output = new MemoryStream();
        output.Write(random.Next(20) == 0 ? [0xEF, 0xBB, 0xBF] : default(ReadOnlySpan<byte>));
        foreach (var piece in pieces)
        {
            output.Write(piece);
            output.Write(random.Next(8) switch { 0 => "\r\n"u8, 1 => "\n\n"u8, 2 => " \t\n"u8, 3 when random.Next(10) == 0 => default, 4 when random.Next(10) == 0 => "\r"u8, _ => "\n"u8 });
        }

        return output.ToArray();
    }

    private static byte[] Items(List<byte[]> pieces, Random random)
    {
        using var output = new MemoryStream();
        output.Write(random.Next(10) == 0 ? default : "["u8);
        for (var i = 0; i < pieces.Count; i++)
        {
            output.Write(i == 0 || random.Next(30) == 0 ? default : random.Next(3) switch { 0 => ","u8, 1 => ",\r\n"u8, _ => "\n,\n"u8 });
            output.Write(pieces[i]);
        }

        output.Write(random.Next(10) == 0 ? default : "]"u8);
        return output.ToArray();
    }

    private static byte[] LineEnd(Random random) => random.Next(4) switch { 0 => "\r\n"u8.ToArray(), 1 => "\r"u8.ToArray(), _ => "\n"u8.ToArray() };
}

namespace Conductor.Host.Lab.Wires;

/// <summary>Breaks bytes as a line does: cut, flipped, lost, doubled, strewn with others.</summary>
internal static class ByteMutator
{
    private static readonly byte[][] Strays = [[0xEF, 0xBB, 0xBF], [0xFF], [0xC0, 0x80], [0xED, 0xA0, 0x80], [0], "\n"u8.ToArray(), "\r"u8.ToArray(), "\r\n"u8.ToArray(), "{"u8.ToArray(), "}"u8.ToArray(), "\""u8.ToArray(), "\\u"u8.ToArray(), "]"u8.ToArray(), "//x\n"u8.ToArray()];

    public static byte[] Mutate(byte[] bytes, Random random)
    {
        for (var i = random.Next(1, 4); i > 0 && bytes.Length > 0; i--)
        {
            var at = random.Next(bytes.Length);
            var end = Math.Min(bytes.Length, at + random.Next(1, 24));
            switch (random.Next(7))
            {
                case 0:
                    bytes = bytes[..at];
                    break;
                case 1 or 2:
                    bytes = [.. bytes];
                    bytes[at] ^= (byte)(1 << random.Next(8));
                    break;
                case 3:
                    bytes = [.. bytes[..at], .. bytes[end..]];
                    break;
                case 4:
                    bytes = [.. bytes[..end], .. bytes[at..]];
                    break;
                case 5:
                    bytes = [.. bytes[..at], .. Strays[random.Next(Strays.Length)], .. bytes[at..]];
                    break;
                default:
                    bytes = [.. Strays[random.Next(Strays.Length)], .. bytes, .. Strays[random.Next(Strays.Length)]];
                    break;
            }
        }

        return bytes;
    }
}

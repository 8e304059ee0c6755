using System.Text;

namespace Conductor.Host.Lab.Wires.Corpus;

/// <summary>Texts as bytes, in the form that targets take.</summary>
internal static class Recorded
{
    /// <summary>Bodies, one text each.</summary>
    public static IReadOnlyList<IReadOnlyList<byte[]>> Bodies(params string[] bodies) => [.. bodies.Select(body => (byte[][])[Encoding.UTF8.GetBytes(body)])];

    /// <summary>A stream: a text with a piece on each line.</summary>
    public static IReadOnlyList<byte[]> Pieces(string lines) => [.. lines.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(Encoding.UTF8.GetBytes)];
}

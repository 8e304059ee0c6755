using System.Globalization;
using System.Text;

namespace Conductor.Providers.Local.Encoder.Tokens;

/// <summary>Characters taken apart (Unicode's canonical decomposition), accents left out.</summary>
/// <remarks>`string.Normalize` gives its input back where `InvariantGlobalization` is on, so the table is our own: `decompositions.tsv`.</remarks>
internal sealed class Decompositions
{
    private const int FirstSyllable = 0xAC00;
    private const int LastSyllable = 0xD7A3;
    private const int FirstLead = 0x1100;
    private const int FirstVowel = 0x1161;
    private const int BeforeTrail = 0x11A7;
    private const int Vowels = 21;
    private const int Trails = 28; // none included

    private readonly Dictionary<int, Rune[]> _parts = [];

    public Decompositions()
    {
        using var stream = typeof(Decompositions).Assembly.GetManifestResourceStream("decompositions.tsv")
            ?? throw new InvalidOperationException("The resource 'decompositions.tsv' is missing from the assembly.");
        using var reader = new StreamReader(stream, Encoding.UTF8);
        while (reader.ReadLine() is { } line)
        {
            if (line.Length > 0 && line[0] != '#')
            {
                var tab = line.IndexOf('\t', StringComparison.Ordinal);
                _parts[Hex(line[..tab])] = [.. line[(tab + 1)..].Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(part => new Rune(Hex(part)))];
            }
        }
    }

    /// <summary>The parts of a character, into a span of three or more; how many they are. A character without parts is its own.</summary>
    public int Read(Rune character, Span<Rune> parts)
    {
        var value = character.Value;
        if (value is >= FirstSyllable and <= LastSyllable)
        {
            var index = value - FirstSyllable;
            parts[0] = new Rune(FirstLead + (index / (Vowels * Trails)));
            parts[1] = new Rune(FirstVowel + (index % (Vowels * Trails) / Trails));
            parts[2] = new Rune(BeforeTrail + (index % Trails));
            return index % Trails == 0 ? 2 : 3;
        }

        if (_parts.TryGetValue(value, out var known))
        {
            known.CopyTo(parts);
            return known.Length;
        }

        parts[0] = character;
        return 1;
    }

    private static int Hex(string text) => int.Parse(text, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
}

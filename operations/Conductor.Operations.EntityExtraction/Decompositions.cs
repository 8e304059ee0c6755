using System.Collections.Frozen;
using System.Globalization;
using System.Reflection;
using System.Text;

namespace Conductor.Operations.EntityExtraction;

/// <summary>What characters are made of. Read when it is first needed: most answers copy the text as it stands.</summary>
internal sealed class Decompositions
{
    private const int FirstSyllable = 0xAC00;
    private const int Syllables = 11_172;
    private const int VowelsAndTails = 588;
    private const int Tails = 28;

    private readonly FrozenDictionary<int, Rune[]> _parts;

    private Decompositions(FrozenDictionary<int, Rune[]> parts) => _parts = parts;

    public static Decompositions Load()
    {
        var parts = new Dictionary<int, Rune[]>();
        foreach (var line in OperationResources.ReadText(Assembly.GetExecutingAssembly(), "decompositions.tsv").Split('\n'))
        {
            var tab = line.IndexOf('\t', StringComparison.Ordinal);
            if (tab > 0 && line[0] != '#')
            {
                parts[Hex(line[..tab])] = [.. line[(tab + 1)..].TrimEnd().Split(' ').Select(part => new Rune(Hex(part)))];
            }
        }

        return new Decompositions(parts.ToFrozenDictionary());
    }

    /// <summary>Appends what the character is made of, itself where it is simple.</summary>
    public void Append(Rune character, List<Rune> into)
    {
        var syllable = character.Value - FirstSyllable;
        if (syllable is >= 0 and < Syllables)
        {
            into.Add(new Rune(0x1100 + (syllable / VowelsAndTails)));
            into.Add(new Rune(0x1161 + (syllable % VowelsAndTails / Tails)));
            if (syllable % Tails > 0)
            {
                into.Add(new Rune(0x11A7 + (syllable % Tails)));
            }
        }
        else if (_parts.TryGetValue(character.Value, out var parts))
        {
            into.AddRange(parts);
        }
        else
        {
            into.Add(character);
        }
    }

    private static int Hex(string digits) => int.Parse(digits, NumberStyles.HexNumber, CultureInfo.InvariantCulture);
}

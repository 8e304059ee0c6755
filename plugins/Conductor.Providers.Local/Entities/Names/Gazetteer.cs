namespace Conductor.Providers.Local.Entities;

/// <summary>Names of places and people, and words that are none, from the lists in `Gazetteers/`.</summary>
internal sealed class Gazetteer
{
    // Everyday words and rarer ones; a name that is one of the first is a name only where more speaks for it.
    private const int Everyday = 4_000;

    private readonly Dictionary<string, int> _cities = new(StringComparer.Ordinal);
    private readonly HashSet<string> _regions;
    private readonly HashSet<string> _firstNames;
    private readonly HashSet<string> _lastNames;
    private readonly Dictionary<string, int> _words = new(StringComparer.Ordinal);

    private Gazetteer()
    {
        foreach (var line in GazetteerFile.Lines("cities.tsv"))
        {
            _cities[line[..^2].ToLowerInvariant()] = line[^1] - '0';
        }

        _regions = Lower("countries.txt").Concat(Lower("regions.txt")).ToHashSet(StringComparer.Ordinal);
        _firstNames = Lower("first-names.txt").ToHashSet(StringComparer.Ordinal);
        _lastNames = Lower("last-names.txt").ToHashSet(StringComparer.Ordinal);
        foreach (var word in GazetteerFile.Lines("common-words.txt"))
        {
            _words.TryAdd(word, _words.Count);
        }
    }

    /// <summary>Reads the embedded files; some tens of milliseconds.</summary>
    public static Gazetteer Load() => new();

    /// <summary>0 for no city, 1 from 15,000 inhabitants, 2 from 100,000, 3 from a million.</summary>
    /// <param name="name">In lower case.</param>
    public int City(string name) => _cities.GetValueOrDefault(name);

    /// <summary>Whether it is a country, a state or a larger part of the world.</summary>
    public bool IsRegion(string name) => _regions.Contains(name);

    public bool IsFirstName(string name) => _firstNames.Contains(name);

    public bool IsLastName(string name) => _lastNames.Contains(name);

    /// <summary>0 for no word of its own, 1 for a rarer one, 2 for an everyday word.</summary>
    public int Word(string word) => !_words.TryGetValue(word, out var rank) ? 0 : rank < Everyday ? 2 : 1;

    private static IEnumerable<string> Lower(string file) => GazetteerFile.Lines(file).Select(line => line.ToLowerInvariant());
}

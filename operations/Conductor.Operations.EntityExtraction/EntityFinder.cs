namespace Conductor.Operations.EntityExtraction;

/// <summary>A stretch of a text, in UTF-16 code units.</summary>
/// <param name="Start">Where it begins.</param>
/// <param name="End">Where it ends, exclusive.</param>
internal readonly record struct Place(int Start, int End);

/// <summary>What looking for an entity came to.</summary>
internal enum Finding
{
    /// <summary>It has a place of its own.</summary>
    Found,

    /// <summary>It stands in the text, but each of its places is taken by an equal entity.</summary>
    Double,

    /// <summary>The text does not hold it.</summary>
    Absent,
}

/// <summary>
/// Finds entities in a text: at the index given, if it is right; else at the next place that nothing took; else where another entity lies, if not of the
/// same type; else where the text differs in case, white space or Unicode normalization alone. Work is linear in the text for each different entity.
/// </summary>
internal sealed class EntityFinder(string text, Lazy<Decompositions> decompositions)
{
    private readonly HashSet<(Place Place, string Type)> _taken = [];
    private readonly bool[] _covered = new bool[text.Length];
    private readonly Dictionary<(string Words, string? Type, bool IsFolded), int> _cursors = [];
    private FoldedText? _folded;

    /// <summary>Looks for <paramref name="words"/> and takes the place where they stand.</summary>
    /// <param name="words">Not empty.</param>
    /// <param name="type">The entity's type.</param>
    /// <param name="index">Where a model says that they begin; may be anything.</param>
    /// <param name="place">The place; set where the answer is <see cref="Finding.Found"/>.</param>
    public Finding Find(string words, string type, int? index, out Place place)
    {
        if (index is { } given && given >= 0 && given <= text.Length - words.Length && text.AsSpan(given).StartsWith(words, StringComparison.Ordinal)
            && CutsNoPair(place = new Place(given, given + words.Length)) && _taken.Add((place, type)))
        {
            Cover(place);
            return Finding.Found;
        }

        var exact = Search(text, words, type, isFolded: false, out place);
        if (exact is not Finding.Absent)
        {
            return exact;
        }

        _folded ??= new FoldedText(text, decompositions.Value);
        var folded = new FoldedText(words, decompositions.Value).Text;
        return folded.Length == 0 ? Finding.Absent : Search(_folded.Text, folded, type, isFolded: true, out place);
    }

    // First where nothing lies, then where something else does. Cursors never go back: what was taken stays taken.
    private Finding Search(string hay, string needle, string type, bool isFolded, out Place place)
    {
        var stands = false;
        foreach (var overlaps in (bool[])[false, true])
        {
            var key = (needle, overlaps ? type : null, isFolded);
            var cursor = _cursors.GetValueOrDefault(key);
            stands |= cursor > 0;
            int at;
            while (cursor <= hay.Length - needle.Length && (at = hay.IndexOf(needle, cursor, StringComparison.Ordinal)) >= 0)
            {
                cursor = at + 1;
                if ((isFolded ? _folded!.PlaceOf(at, needle.Length) : new Place(at, at + needle.Length)) is { } found && CutsNoPair(found))
                {
                    stands = true;
                    if ((overlaps || !IsCovered(found)) && _taken.Add((found, type)))
                    {
                        _cursors[key] = cursor;
                        Cover(found);
                        place = found;
                        return Finding.Found;
                    }
                }
            }

            _cursors[key] = stands ? Math.Max(1, hay.Length) : 0;
        }

        place = default;
        return stands ? Finding.Double : Finding.Absent;
    }

    private bool IsCovered(Place place) => _covered.AsSpan(place.Start, place.End - place.Start).Contains(true);

    private void Cover(Place place) => _covered.AsSpan(place.Start, place.End - place.Start).Fill(true);

    private bool CutsNoPair(Place place) => !CutsPair(place.Start) && !CutsPair(place.End);

    private bool CutsPair(int index) => index > 0 && index < text.Length && char.IsHighSurrogate(text[index - 1]) && char.IsLowSurrogate(text[index]);
}

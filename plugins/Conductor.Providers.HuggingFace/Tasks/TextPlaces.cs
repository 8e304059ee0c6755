using System.Text;

namespace Conductor.Providers.HuggingFace;

/// <summary>
/// Where a model's words stand in the text that was sent, in UTF-16 code units. Models count in characters of Unicode, some in code units, and some name the
/// word alone; what the place holds is held against the word.
/// </summary>
internal sealed class TextPlaces
{
    private readonly List<int> _characters = [];
    private int _searchFrom;

    public TextPlaces(string text)
    {
        Text = text;
        var place = 0;
        foreach (var character in text.EnumerateRunes())
        {
            _characters.Add(place);
            place += char.IsHighSurrogate(text[place]) && place + 1 < text.Length && char.IsLowSurrogate(text[place + 1]) ? 2 : 1;
            _ = character;
        }

        _characters.Add(text.Length);
    }

    public string Text { get; }

    /// <summary>The place without white space at its ends; null where there is none.</summary>
    /// <param name="start">The model's first character; null where it does not say.</param>
    /// <param name="end">Behind its last.</param>
    /// <param name="word">The word as the model writes it: in lower case perhaps, or in pieces.</param>
    public (int Start, int End)? Find(int? start, int? end, string? word)
    {
        var letters = Letters(word ?? "");
        if (start is { } from && end is { } to)
        {
            var byCharacter = from >= 0 && to > from && to < _characters.Count ? Trim(_characters[from], _characters[to]) : null;
            if (byCharacter is { } place && (letters.Length == 0 || Holds(place, letters)))
            {
                return Take(place);
            }

            if (from >= 0 && to > from && to <= Text.Length && Trim(from, to) is { } byUnit && Holds(byUnit, letters))
            {
                return Take(byUnit);
            }

            if (Search(word) is { } elsewhere)
            {
                return Take(elsewhere);
            }

            // A tokenizer that has no word for some letter says so in its place; the offsets are what it read.
            return byCharacter is { } anyway ? Take(anyway) : null;
        }

        return Search(word) is { } found ? Take(found) : null;
    }

    private (int Start, int End)? Search(string? word)
    {
        var plain = word?.Replace("##", "", StringComparison.Ordinal).Replace('▁', ' ').Trim();
        if (string.IsNullOrEmpty(plain))
        {
            return null;
        }

        var at = Text.IndexOf(plain, Math.Min(_searchFrom, Text.Length), StringComparison.OrdinalIgnoreCase);
        return at >= 0 ? Trim(at, at + plain.Length) : null;
    }

    private (int Start, int End) Take((int Start, int End) place)
    {
        _searchFrom = place.End;
        return place;
    }

    private bool Holds((int Start, int End) place, string letters) => letters.Length > 0 && Letters(Text[place.Start..place.End]) == letters;

    private (int Start, int End)? Trim(int start, int end)
    {
        while (start < end && char.IsWhiteSpace(Text[start]))
        {
            start++;
        }

        while (end > start && char.IsWhiteSpace(Text[end - 1]))
        {
            end--;
        }

        var isCut = start < end && (char.IsLowSurrogate(Text[start]) || (end < Text.Length && char.IsHighSurrogate(Text[end - 1])));
        return start < end && !isCut ? (start, end) : null;
    }

    private static string Letters(string text) => new([.. text.Where(char.IsLetterOrDigit).Select(char.ToLowerInvariant)]);
}

using System.Globalization;

namespace Conductor.Providers.Local.Entities;

/// <summary>Finds entities by patterns. The same text, types and time give the same entities.</summary>
internal static class EntityExtractor
{
    /// <param name="text">Any UTF-16.</param>
    /// <param name="types">Types to look for. What is not looked for takes no place from what is, but for addresses: nothing is found inside a link.</param>
    /// <param name="now">The reference time by its own clock.</param>
    /// <param name="names">Finds names; null where the language is not the gazetteers'.</param>
    /// <param name="cancellationToken">Ends the work between two parts of it.</param>
    /// <returns>Entities that do not overlap, in the order of their place.</returns>
    public static List<EntityMatch> Find(string text, IReadOnlySet<string> types, DateTime now, NameRecognizer? names, CancellationToken cancellationToken)
    {
        var matches = new List<EntityMatch>();
        TagScanner.Find(text, matches);
        UrlScanner.Find(text, matches);
        AddressScanner.Find(text, matches);
        var addresses = Overlaps.Resolve(matches, text.Length);
        matches.Clear();
        PhoneScanner.Find(text, matches);
        cancellationToken.ThrowIfCancellationRequested();
        var tokens = EntityText.Read(text);
        MoneyRecognizer.Find(tokens, matches);
        MeasureRecognizer.Find(tokens, matches);
        OrdinalRecognizer.Find(tokens, matches);
        TimeRecognizer.Find(tokens, types, now, matches, cancellationToken);
        names?.Find(tokens, matches);
        matches.RemoveAll(match => !types.Contains(match.Type) || IsCutCharacter(text, match.End));
        Overlaps.RemoveWithin(addresses, matches, text.Length);
        matches.AddRange(addresses.Where(match => types.Contains(match.Type) && !IsCutCharacter(text, match.End)));
        return Overlaps.Resolve(matches, text.Length);
    }

    // Half of what people see as one character is no entity: the digit of a keycap emoji, a letter without its accent.
    private static bool IsCutCharacter(string text, int end) =>
        end < text.Length && char.GetUnicodeCategory(text[end]) is UnicodeCategory.NonSpacingMark or UnicodeCategory.EnclosingMark;
}

namespace Conductor.Providers.Local.Entities;

/// <summary>Settles overlaps by one rule: the longer entity stands, of equally long ones the more specific, of those the one that begins first.</summary>
internal static class Overlaps
{
    /// <summary>Takes out what lies inside an address: the digits of a link are no numbers.</summary>
    public static void RemoveWithin(List<EntityMatch> addresses, List<EntityMatch> matches, int textLength)
    {
        var inside = new int[textLength];
        for (var index = 0; index < addresses.Count; index++)
        {
            inside.AsSpan(addresses[index].Start, addresses[index].Length).Fill(index + 1);
        }

        matches.RemoveAll(match => inside[match.Start] > 0 && inside[match.Start] == inside[match.End - 1]);
    }

    /// <summary>Entities that do not overlap, in the order of their place.</summary>
    public static List<EntityMatch> Resolve(List<EntityMatch> matches, int textLength)
    {
        var taken = new bool[textLength];
        var kept = new List<EntityMatch>();
        foreach (var match in matches
            .OrderByDescending(match => match.Length)
            .ThenBy(match => EntityTypes.Rank(match.Type))
            .ThenBy(match => match.Start)
            .ThenByDescending(match => match.Confidence))
        {
            var place = taken.AsSpan(match.Start, match.Length);

            // What was kept is at least as long: whatever overlaps it covers its first or its last character.
            if (!place[0] && !place[^1])
            {
                place.Fill(true);
                kept.Add(match);
            }
        }

        kept.Sort((left, right) => left.Start.CompareTo(right.Start));
        return kept;
    }
}

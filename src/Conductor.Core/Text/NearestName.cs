namespace Conductor.Text;

/// <summary>Finds the name that somebody probably meant.</summary>
public static class NearestName
{
    // Longer names are not typed by hand; comparing them would cost length squared for nothing.
    private const int LongestName = 128;

    /// <summary>The candidate that <paramref name="name"/> most resembles, or null when none is near enough to be worth saying.</summary>
    /// <remarks>
    /// Letters' case does not count. Near enough is at most one edit (insert, delete, replace, swap of two neighbours) per three characters;
    /// failing that, a candidate that begins with the name or ends the name's beginning. Of equals the first wins.
    /// </remarks>
    public static string? Find(string name, IEnumerable<string> candidates)
    {
        ArgumentNullException.ThrowIfNull(name);
        ArgumentNullException.ThrowIfNull(candidates);
        if (name.Length is 0 or > LongestName)
        {
            return null;
        }

        string? nearest = null;
        string? prefixed = null;
        var best = int.MaxValue;
        foreach (var candidate in candidates)
        {
            if (candidate.Length is 0 or > LongestName)
            {
                continue;
            }

            var allowed = Math.Max(1, Math.Max(name.Length, candidate.Length) / 3);
            if (Math.Abs(name.Length - candidate.Length) <= allowed)
            {
                var distance = Distance(name, candidate);
                if (distance <= allowed && distance < best && distance < Math.Max(name.Length, candidate.Length))
                {
                    (nearest, best) = (candidate, distance);
                }
            }

            if (SharesBeginning(name, candidate) && (prefixed is null || candidate.Length < prefixed.Length))
            {
                prefixed = candidate;
            }
        }

        return nearest ?? prefixed;
    }

    /// <summary>` (nearest: 'x')`, or nothing: ready to stand at the end of a message.</summary>
    /// <summary>The same as a part of a sentence; empty where nothing is near.</summary>
    public static string Hint(string name, IEnumerable<string> candidates) => Find(name, candidates) is { } nearest ? $" (nearest: '{nearest}')" : "";

    private static bool SharesBeginning(string name, string candidate) =>
        name.Length >= 3 && candidate.Length >= 3
        && (candidate.StartsWith(name, StringComparison.OrdinalIgnoreCase) || name.StartsWith(candidate, StringComparison.OrdinalIgnoreCase));

    /// <summary>Edits between the two, a swap of neighbours counting as one (optimal string alignment).</summary>
    private static int Distance(string left, string right)
    {
        Span<int> beforeLast = stackalloc int[LongestName + 1];
        Span<int> last = stackalloc int[LongestName + 1];
        Span<int> row = stackalloc int[LongestName + 1];
        for (var column = 0; column <= right.Length; column++)
        {
            last[column] = column;
        }

        for (var i = 1; i <= left.Length; i++)
        {
            row[0] = i;
            for (var j = 1; j <= right.Length; j++)
            {
                var cost = Same(left[i - 1], right[j - 1]) ? 0 : 1;
                row[j] = Math.Min(Math.Min(last[j] + 1, row[j - 1] + 1), last[j - 1] + cost);
                if (i > 1 && j > 1 && Same(left[i - 1], right[j - 2]) && Same(left[i - 2], right[j - 1]))
                {
                    row[j] = Math.Min(row[j], beforeLast[j - 2] + 1);
                }
            }

            last.CopyTo(beforeLast);
            row.CopyTo(last);
        }

        return last[right.Length];
    }

    private static bool Same(char left, char right) => char.ToLowerInvariant(left) == char.ToLowerInvariant(right);
}

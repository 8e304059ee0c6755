using Conductor.Operations;

namespace Conductor.Operations.IntentDetection;

/// <summary>Finds the intent that a model means by what it wrote.</summary>
/// <param name="names">The names that it was given; they differ from one another.</param>
internal sealed class IntentNames(IReadOnlyList<string> names)
{
    // What is quoted back to a model of a long list, and of a long name.
    private const int MostQuoted = 40;
    private const int LongestQuote = 80;

    /// <summary>The name as it was given: the very one, else the only one that differs by case, spaces, `_`, `-` or quotes alone; null where there is none.</summary>
    public string? Find(string? written)
    {
        if (string.IsNullOrWhiteSpace(written))
        {
            return null;
        }

        return names.FirstOrDefault(name => name == written)
            ?? Only(name => name.Equals(written.Trim(), StringComparison.OrdinalIgnoreCase))
            ?? (Fold(written) is { Length: > 0 } folded ? Only(name => Fold(name) == folded) : null);
    }

    /// <summary>The names for a sentence to a model, a long list cut short.</summary>
    public override string ToString()
    {
        var quoted = string.Join(", ", names.Take(MostQuoted).Select(Quote));
        return names.Count > MostQuoted ? $"{quoted} and {names.Count - MostQuoted} more" : quoted;
    }

    /// <summary>A name as it is quoted to a model.</summary>
    public static string Quote(string name) => name.Length <= LongestQuote ? $"\"{name}\"" : $"\"{name[..(char.IsHighSurrogate(name[LongestQuote - 1]) ? LongestQuote - 1 : LongestQuote)]}…\"";

    private string? Only(Func<string, bool> matches)
    {
        string? found = null;
        foreach (var name in names)
        {
            if (matches(name))
            {
                if (found is not null)
                {
                    return null;
                }

                found = name;
            }
        }

        return found;
    }

    private static string Fold(string name) =>
        new([.. name.Where(character => !char.IsWhiteSpace(character) && character is not ('_' or '-' or '"' or '\'' or '`')).Select(char.ToLowerInvariant)]);
}

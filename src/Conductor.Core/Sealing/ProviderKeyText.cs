namespace Conductor.Sealing;

/// <summary>What somebody gives as a provider's key, rather than writes into the file.</summary>
public static class ProviderKeyText
{
    /// <summary>Most characters of a key.</summary>
    public const int MostCharacters = 4096;

    /// <summary>What is wrong with it, as the end of a sentence that never says it; null for nothing. What refers to a variable or a file is wrong: who gives keys may not read those.</summary>
    public static string? Problem(string? value) =>
        string.IsNullOrWhiteSpace(value) ? "must be a key, as a text that is not empty"
        : value.Length > MostCharacters ? $"has more than {MostCharacters} characters"
        : value.Any(letter => letter is < '!' or > '~') ? "must be printable ASCII without white space, as headers take it"
        : value.Contains("${", StringComparison.Ordinal) || value.StartsWith("env:", StringComparison.Ordinal) || value.StartsWith("file:", StringComparison.Ordinal) || SealedValue.Is(value)
            ? "must be the key itself: references ('${NAME}', 'env:', 'file:', 'enc:') are written into conductor.yaml by hand"
        : null;
}

namespace Conductor.Providers.Local.Text;

/// <summary>Whether a request's language is English. Not named counts as English: it is what these engines read, and guessing a language from a short text is a coin toss.</summary>
internal static class EnglishText
{
    public static bool Is(string? language) =>
        string.IsNullOrWhiteSpace(language)
        || language.Equals("en", StringComparison.OrdinalIgnoreCase) || language.Equals("english", StringComparison.OrdinalIgnoreCase)
        || language.StartsWith("en-", StringComparison.OrdinalIgnoreCase) || language.StartsWith("en_", StringComparison.OrdinalIgnoreCase);
}

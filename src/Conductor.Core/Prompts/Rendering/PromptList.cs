namespace Conductor.Prompts;

/// <summary>A list as a template sees it: its texts are ready to be printed.</summary>
/// <param name="raw">The list as it was given, for functions.</param>
/// <param name="isMarkup">Whether its texts are printed as markup.</param>
internal sealed class PromptList(object raw, bool isMarkup) : List<object?>
{
    // Fields: templates reach public properties.
    internal readonly object Raw = raw;
    internal readonly bool IsMarkup = isMarkup;
}

/// <summary>A dictionary as a template sees it: its texts are ready to be printed.</summary>
/// <param name="raw">The dictionary as it was given, for functions.</param>
/// <param name="isMarkup">Whether its texts are printed as markup.</param>
internal sealed class PromptMap(object raw, bool isMarkup) : Dictionary<string, object?>(StringComparer.Ordinal)
{
    // Fields: templates reach public properties.
    internal readonly object Raw = raw;
    internal readonly bool IsMarkup = isMarkup;
}

namespace Conductor.Prompts;

/// <summary>Part of a message as the prompt wrote it; the raw representation of the content it became.</summary>
/// <param name="Kind">`image`, `audio` or `binary`.</param>
/// <param name="Location">A data: URI or a URL.</param>
/// <param name="MimeType">As written, or as in the data: URI; null where neither says.</param>
public sealed record PromptItem(string Kind, string Location, string? MimeType)
{
    /// <summary>A media type has to be named; this is what is said where the prompt does not say.</summary>
    internal static string UsualMediaType(string kind) => kind switch
    {
        "image" => "image/*",
        "audio" => "audio/*",
        _ => "application/octet-stream",
    };
}

namespace Conductor.Providers.Http;

/// <summary>What of an upstream's own words may be passed on.</summary>
public static class SafeName
{
    /// <summary>A member's name or an id as it is; null for anything else, which might be a sentence, a secret or markup.</summary>
    public static string? Of(string? text, int maxLength = 64) =>
        text is { Length: > 0 } && text.Length <= maxLength && text.AsSpan().IndexOfAnyExcept(Characters) < 0 ? text : null;

    private static readonly System.Buffers.SearchValues<char> Characters =
        System.Buffers.SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.-[]");
}

using Conductor.Telemetry;

namespace Conductor.Calls;

/// <summary>Sentences for the caller on how an answer came about. Plugins write them, so that their number and length are bounded here.</summary>
internal static class CallNotices
{
    /// <summary>As many as a call tells; what goes beyond is left out.</summary>
    public const int Most = 20;

    /// <summary>In UTF-16 code units; a longer sentence is cut.</summary>
    public const int LongestNotice = 500;

    /// <summary>A copy that no plugin holds: bounded, without control characters, without empty sentences.</summary>
    public static IReadOnlyList<string> From(IEnumerable<string>? notices)
    {
        if (notices is null)
        {
            return [];
        }

        List<string>? kept = null;
        foreach (var notice in notices)
        {
            if (LogText.Clean(notice, LongestNotice) is not { Length: > 0 } text)
            {
                continue;
            }

            (kept ??= []).Add(text);
            if (kept.Count == Most)
            {
                break;
            }
        }

        return kept is null ? [] : kept;
    }
}

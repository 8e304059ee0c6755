using Conductor.Privacy;

namespace Conductor.Host.Logging;

/// <summary>
/// Personal data in log lines: what went wrong is told in words that may be a caller's or an upstream's. The lines of calls that went well hold none of anybody's words but the tags, which are
/// masked where they are taken in (<see cref="PersonalData"/>).
/// </summary>
internal static class LogPrivacy
{
    /// <summary>Whether an entry's texts are looked at.</summary>
    public static bool IsMasked(LogLevel level, Exception? exception) => level >= LogLevel.Warning || exception is not null;

    /// <summary>A text as it goes into the log.</summary>
    public static string Mask(string text, bool isMasked) => isMasked ? PersonalData.Mask(text) : text;
}

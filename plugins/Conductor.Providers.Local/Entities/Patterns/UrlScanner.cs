using System.Buffers;
using System.Collections.Frozen;

namespace Conductor.Providers.Local.Entities;

/// <summary>Links: with a scheme, with `www.`, or a host name whose ending is a well-known one.</summary>
internal static class UrlScanner
{
    private const int LongestScheme = 8;
    private const int LongestHost = 253;
    private const int LongestUrl = 2_048;

    private static readonly FrozenSet<string> Schemes = new[] { "http", "https", "ftp", "ftps", "sftp", "ws", "wss" }.ToFrozenSet(StringComparer.OrdinalIgnoreCase);

    // Top-level domains that are names of files or words after a missing space more often than hosts, when they stand behind one name alone.
    private static readonly FrozenSet<string> Unlikely = (
        "zip mov py sh rs md pl ps cc ai app so to in is it at me my no do be am an as or us by he we if on up am pm one now new here how you see day man show live love fun win red best top cool care help book car work world life "
        + "today next news bid call eat fit kind like make open play read run sale save say talk tell think try want watch well will")
        .Split(' ').ToFrozenSet(StringComparer.OrdinalIgnoreCase);

    private static readonly FrozenSet<string> Usual = "com org net edu gov io".Split(' ').ToFrozenSet(StringComparer.OrdinalIgnoreCase);

    private static readonly Lazy<FrozenSet<string>> Endings = new(() => GazetteerFile.Lines("tlds.txt").ToFrozenSet(StringComparer.OrdinalIgnoreCase));

    private static readonly SearchValues<char> Stops = SearchValues.Create(" \t\r\n<>\"{}|\\^`“”«»「」『』（），。、；：！？");

    public static void Find(string text, List<EntityMatch> matches)
    {
        var free = 0;
        for (var index = 0; index < text.Length; index++)
        {
            var found = text[index] == ':' ? WithScheme(text, index, free)
                : text[index] == '.' ? Bare(text, index, free)
                : default;
            if (found.End > 0)
            {
                matches.Add(new EntityMatch(found.Start, found.End, EntityTypes.Url, null, found.Confidence));
                free = found.End;
                index = found.End - 1;
            }
        }
    }

    private static (int Start, int End, double Confidence) WithScheme(string text, int colon, int free)
    {
        if (!text.AsSpan(colon).StartsWith("://", StringComparison.Ordinal))
        {
            return default;
        }

        var start = colon;
        while (start > free && colon - start < LongestScheme && char.IsAsciiLetter(text[start - 1]))
        {
            start--;
        }

        if (!Schemes.Contains(text[start..colon]) || HostEnd(text, colon + 3) is not { } host)
        {
            return default;
        }

        return (start, Trim(text, colon + 3, PathEnd(text, host)), 0.99);
    }

    // Looked at from its first dot only: the label before it and everything after.
    private static (int Start, int End, double Confidence) Bare(string text, int dot, int free)
    {
        var start = dot;
        while (start > free && dot - start < 63 && (char.IsAsciiLetterOrDigit(text[start - 1]) || text[start - 1] == '-'))
        {
            start--;
        }

        while (start < dot && text[start] == '-')
        {
            start++;
        }

        if (start == dot || (start > 0 && (char.IsLetterOrDigit(text[start - 1]) || text[start - 1] is '@' or '/' or '.' or '_' or '\\' or ':' && start > 1 && text[start - 1] is '/')))
        {
            return default;
        }

        var end = TagScanner.Domain(text, start);
        if (end < 0)
        {
            return default;
        }

        var host = text.AsSpan(start, end - start);
        var ending = host[(host.LastIndexOf('.') + 1)..].ToString();
        var isWeb = host.StartsWith("www.", StringComparison.OrdinalIgnoreCase);
        var isPath = end < text.Length && text[end] == '/' && end + 1 < text.Length && char.IsLetterOrDigit(text[end + 1]);
        var hasRoom = isWeb ? host[4..].Contains('.') : Endings.Value.Contains(ending) && (isPath || host.Count('.') > 1 || !Unlikely.Contains(ending));

        // "end.Be": a sentence without a space. The ending of a host is written small, or everything large.
        var isShouted = !isWeb && char.IsUpper(ending[0]) && !host.ContainsAnyInRange('A', 'Z');
        if (!hasRoom || isShouted || (!isWeb && char.IsUpper(ending[0]) && !char.IsUpper(ending[^1])))
        {
            return default;
        }

        return (start, Trim(text, start, PathEnd(text, end)), isWeb ? 0.98 : Usual.Contains(ending) ? 0.93 : isPath ? 0.9 : 0.6);
    }

    // A host after a scheme: a name with a dot, an address, or localhost.
    private static int? HostEnd(string text, int start)
    {
        var end = start;
        var dot = false;
        while (end < text.Length && end - start <= LongestHost && (char.IsLetterOrDigit(text[end]) || text[end] is '.' or '-' or '_' or '@' or '%' || (text[end] == ':' && text.AsSpan(start, end - start).Contains('@') is false && UserInfo(text, end))))
        {
            dot |= text[end] == '.' && end > start;
            end++;
        }

        if (start < text.Length && text[start] == '[')
        {
            var close = text.AsSpan(start, Math.Min(48, text.Length - start)).IndexOf(']');
            return close > 2 ? start + close + 1 : null;
        }

        while (end > start && text[end - 1] is '.' or '-')
        {
            end--;
        }

        dot = dot && text.AsSpan(start, end - start).Contains('.');
        return end - start <= LongestHost && end > start && (dot || text.AsSpan(start, end - start).Equals("localhost", StringComparison.OrdinalIgnoreCase)) ? end : null;
    }

    private static bool UserInfo(string text, int colon)
    {
        var rest = text.AsSpan(colon, Math.Min(64, text.Length - colon));
        var stop = rest.IndexOfAny("/ \t\r\n");
        return (stop < 0 ? rest : rest[..stop]).Contains('@');
    }

    private static int PathEnd(string text, int host)
    {
        var end = host;
        if (end < text.Length && text[end] == ':' && end + 1 < text.Length && char.IsAsciiDigit(text[end + 1]))
        {
            end++;
            while (end < text.Length && end - host < 6 && char.IsAsciiDigit(text[end]))
            {
                end++;
            }
        }

        if (end >= text.Length || text[end] is not ('/' or '?' or '#'))
        {
            return end;
        }

        var limit = Math.Min(text.Length, end + LongestUrl);
        while (end < limit && !Stops.Contains(text[end]) && !char.IsWhiteSpace(text[end]) && !char.IsControl(text[end]) && !char.IsSurrogate(text[end]))
        {
            end++;
        }

        return end;
    }

    // Marks at the end belong to the sentence, and so does a bracket that was opened before the link.
    private static int Trim(string text, int start, int end)
    {
        var open = 0;
        for (var index = start; index < end; index++)
        {
            open += text[index] is '(' or '[' ? 1 : text[index] is ')' or ']' ? -1 : 0;
        }

        while (end > start + 1)
        {
            if (text[end - 1] is ')' or ']' && open < 0)
            {
                open++;
                end--;
            }
            else if (text[end - 1] is '.' or ',' or ';' or ':' or '!' or '?' or '\'' or '’' or '*')
            {
                end--;
            }
            else
            {
                break;
            }
        }

        return end;
    }
}

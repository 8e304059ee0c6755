using System.Net;
using System.Net.Sockets;

namespace Conductor.Providers.Local.Entities;

/// <summary>Addresses of machines (IPv4, IPv6) and GUIDs: runs of hexadecimal digits and a few signs, judged as a whole.</summary>
internal static class AddressScanner
{
    private const int LongestAddress = 45;
    private const int GuidDigits = 32;

    public static void Find(string text, List<EntityMatch> matches)
    {
        for (var index = 0; index < text.Length;)
        {
            if (!IsRun(text[index]))
            {
                index++;
                continue;
            }

            var start = index;
            while (index < text.Length && IsRun(text[index]))
            {
                index++;
            }

            Judge(text, start, index, matches);
        }
    }

    private static bool IsRun(char character) => char.IsAsciiLetterOrDigit(character) || character is '.' or ':' or '-' or '%' or '_';

    private static void Judge(string text, int start, int end, List<EntityMatch> matches)
    {
        while (start < end && text[start] is '.' or '-' || (end - start > 1 && text[start] == ':' && text[start + 1] != ':'))
        {
            start++;
        }

        while (end > start && (text[end - 1] is '.' or '-' || (text[end - 1] == ':' && !(end - start > 1 && text[end - 2] == ':'))))
        {
            end--;
        }

        // "%7B…%7D" are braces in a link.
        var run = text.AsSpan(start, end - start);
        var isEncoded = run.Length > 6 && run.StartsWith("%7B", StringComparison.OrdinalIgnoreCase) && run.EndsWith("%7D", StringComparison.OrdinalIgnoreCase);
        if (TryGuid(isEncoded ? run[3..^3] : run, out var guid, out var isDashed))
        {
            var isBraced = !isEncoded && start > 0 && end < text.Length && (text[start - 1], text[end]) is ('{', '}') or ('(', ')');
            matches.Add(new EntityMatch(isBraced ? start - 1 : start, isBraced ? end + 1 : end, EntityTypes.Guid, EntityJson.Text(guid.ToString("D")), isDashed ? 0.99 : 0.8));
            return;
        }

        var scope = run.IndexOf('%');
        scope = run.IndexOf(':') is > 6 and var port && run[(port + 1)..].Length is >= 1 and <= 5 && run[(port + 1)..].IndexOfAnyExceptInRange('0', '9') < 0 && run[..port].Contains('.') ? port : scope; // "192.0.2.1:8080"
        var address = scope > 0 ? run[..scope] : run;
        if (address.Length is > 2 and <= LongestAddress && IsAddress(address) && !IsVersion(text.AsSpan(0, start), address) && IPAddress.TryParse(WithoutZeros(address), out var ip))
        {
            matches.Add(new EntityMatch(start, start + address.Length, EntityTypes.IpAddress, EntityJson.Text(ip.ToString()), ip.AddressFamily is AddressFamily.InterNetwork ? 0.97 : 0.98));
        }
    }

    // "version 1.2.3.4"
    private static bool IsVersion(ReadOnlySpan<char> before, ReadOnlySpan<char> address)
    {
        before = before[Math.Max(0, before.Length - LongestAddress)..].TrimEnd();
        return !address.Contains(':')
            && (before.EndsWith("version", StringComparison.OrdinalIgnoreCase) || before.EndsWith("release", StringComparison.OrdinalIgnoreCase) || before.EndsWith("build", StringComparison.OrdinalIgnoreCase));
    }

    // The framework takes "1.2" and "5" for addresses; people do not.
    private static bool IsAddress(ReadOnlySpan<char> run)
    {
        if (run.Contains(':'))
        {
            return run.Count(':') >= 2 && run.ContainsAnyInRange('0', 'f') && run.IndexOfAnyInRange('g', 'z') < 0 && !run.Contains('-')
                && run.IndexOfAnyExcept(':') >= 0 && (run.ContainsAnyInRange('0', '9') || run.Length > 8);
        }

        var dots = 0;
        var digits = 0;
        foreach (var character in run)
        {
            digits = char.IsAsciiDigit(character) ? digits + 1 : character == '.' && digits > 0 ? 0 : 4;
            dots += character == '.' ? 1 : 0;
            if (digits > 3)
            {
                return false;
            }
        }

        return dots == 3 && digits > 0;
    }

    // "08.008.08.08": people pad with zeros; to the framework they are octal.
    private static string WithoutZeros(ReadOnlySpan<char> address) => address.Contains(':') ? address.ToString()
        : string.Join('.', address.ToString().Split('.').Select(part => part.TrimStart('0') is { Length: > 0 } digits ? digits : "0"));

    private static bool TryGuid(ReadOnlySpan<char> run, out Guid guid, out bool isDashed)
    {
        isDashed = run.Length == GuidDigits + 4;
        guid = default;
        return isDashed ? Guid.TryParseExact(run, "D", out guid)
            : run.Length == GuidDigits && run.IndexOfAnyExceptInRange('0', '9') >= 0 && Guid.TryParseExact(run, "N", out guid);
    }
}

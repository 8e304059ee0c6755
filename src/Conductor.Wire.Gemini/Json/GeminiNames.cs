using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Conductor.Wire.Gemini;

/// <summary>Google's servers take a member as lowerCamelCase and as the snake_case of its protocol buffer; so does everything here that reads requests.</summary>
internal static class GeminiNames
{
    /// <summary>`max_output_tokens` as `maxOutputTokens`; a name without underscores inside is itself.</summary>
    public static string Camel(string name)
    {
        if (name.Length == 0 || name.IndexOf('_', 1) < 0)
        {
            return name;
        }

        var text = new StringBuilder(name.Length);
        for (var i = 0; i < name.Length; i++)
        {
            var isMark = i > 0 && name[i] == '_' && i + 1 < name.Length;
            text.Append(isMark ? char.ToUpperInvariant(name[++i]) : name[i]);
        }

        return text.ToString();
    }

    /// <summary>`maxOutputTokens` as `max_output_tokens`.</summary>
    public static string Snake(string name) => string.Concat(name.Select(c => char.IsAsciiLetterUpper(c) ? "_" + char.ToLowerInvariant(c) : c.ToString()));

    /// <summary>A member by its lowerCamelCase name, in either spelling; its path is as the caller wrote it.</summary>
    /// <exception cref="WireRequestException">It stands in both.</exception>
    public static RequestElement Get(this RequestElement from, string camel)
    {
        var snake = Snake(camel);
        if (snake == camel || !from.Value.TryGetProperty(snake, out _))
        {
            return from[camel];
        }

        return from.Value.TryGetProperty(camel, out _) ? throw Twice(from[camel].Path) : from[snake];
    }

    /// <summary>All members of an object under their lowerCamelCase names; null counts as absent, as Google's own reader has it.</summary>
    /// <exception cref="WireRequestException">Not an object, or a member in both spellings.</exception>
    public static IEnumerable<(string Name, RequestElement Value)> Members(this RequestElement from)
    {
        foreach (var member in from.RequireObject().Value.EnumerateObject())
        {
            if (member.Value.ValueKind == JsonValueKind.Null)
            {
                continue;
            }

            var name = Camel(member.Name);
            var value = from[member.Name];
            if (name != member.Name && from.Value.TryGetProperty(name, out _))
            {
                throw Twice(value.Path);
            }

            yield return (name, value);
        }
    }

    /// <summary>An integer, which JSON of protocol buffers may also hold as text.</summary>
    public static long? Integer(this RequestElement value, long minimum, long maximum)
    {
        if (value.Value.ValueKind == JsonValueKind.String)
        {
            return long.TryParse(value.Value.GetString(), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) && number >= minimum && number <= maximum
                ? number
                : throw value.Invalid(string.Create(CultureInfo.InvariantCulture, $"must be an integer between {minimum} and {maximum}"));
        }

        return value.OptionalInteger(minimum, maximum);
    }

    /// <summary>Bytes as base64, of either alphabet, padded or not.</summary>
    public static byte[] Base64(this RequestElement value)
    {
        var text = value.NonEmptyString();
        if (value.Value.TryGetBytesFromBase64(out var plain))
        {
            return plain;
        }

        text = text.Replace('-', '+').Replace('_', '/').TrimEnd('=');
        var bytes = new byte[text.Length];
        return Convert.TryFromBase64String(text.PadRight((text.Length + 3) / 4 * 4, '='), bytes, out var length) && length > 0
            ? bytes[..length]
            : throw value.Invalid("must be base64");
    }

    private static WireRequestException Twice(string path) => new(path, $"'{path}' stands twice, once in each spelling; send it once.", WireRequestCodes.DuplicateMember);
}

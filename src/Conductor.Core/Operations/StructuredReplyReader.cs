using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Conductor.Schemas;
using Microsoft.Extensions.AI;

namespace Conductor.Operations;

/// <summary>Finds the JSON in a model's answer and holds it against the schema.</summary>
internal sealed partial class StructuredReplyReader(JsonSchema schema, JsonElement schemaText, Func<string, string?>? accept)
{
    private const int MaxDepth = 64;

    // An answer may be nothing but opening braces; each costs one attempt.
    private const int MostAttempts = 256;
    private const int MostViolations = 5;

    private static readonly JsonDocumentOptions Strict = new() { MaxDepth = MaxDepth, AllowDuplicateProperties = false };
    private static readonly JsonDocumentOptions Lenient = new()
    {
        MaxDepth = MaxDepth, AllowDuplicateProperties = false, AllowTrailingCommas = true, CommentHandling = JsonCommentHandling.Skip,
    };

    /// <summary>Whether the schema asks for an object.</summary>
    public bool IsObject { get; } = TypeOf(schemaText) is null or "object";

    private readonly string _starts = TypeOf(schemaText) switch
    {
        null => "{[",
        "object" => "{",
        "array" => "[",
        _ => "",
    };

    /// <summary>The JSON, or what is wrong with the answer.</summary>
    public (string? Json, string? Mistake) Read(ChatResponse response, int? maxOutputTokens)
    {
        var answer = WellFormed(response.Text);
        var findings = new Findings();
        if (Try(answer.Trim().Trim('\uFEFF'), findings) is { } whole)
        {
            return (whole, null);
        }

        var text = WithoutThoughts(answer);

        foreach (var fence in Fences().EnumerateMatches(text))
        {
            if (Try(FenceBody(text.AsSpan(fence.Index, fence.Length)), findings) is { } fenced)
            {
                return (fenced, null);
            }
        }

        if (Scan(text, findings) is { } found)
        {
            return (found, null);
        }

        return (null, Describe(text, findings, response.FinishReason == ChatFinishReason.Length, maxOutputTokens));
    }

    /// <summary>The answer without what a reasoning model thinks aloud.</summary>
    public static string WithoutThoughts(string text)
    {
        while (ThoughtBegins().IsMatch(text))
        {
            var end = ThoughtEnds().Match(text);
            if (!end.Success)
            {
                return ""; // cut off while thinking
            }

            text = text[(end.Index + end.Length)..];
        }

        // Some servers swallow the opening tag. An answer may also speak of the tag, so something has to follow it.
        var last = ThoughtEnds().Matches(text) is { Count: > 0 } ends ? ends[^1] : null;
        return last is not null && text.AsSpan(last.Index + last.Length).IndexOfAny('{', '[') >= 0 ? text[(last.Index + last.Length)..] : text;
    }

    private string? Scan(string text, Findings findings)
    {
        if (_starts.Length == 0)
        {
            return null;
        }

        var utf8 = Encoding.UTF8.GetBytes(text);
        var starts = Encoding.ASCII.GetBytes(_starts);
        var at = 0;
        for (var attempts = 0; attempts < MostAttempts; attempts++)
        {
            var next = utf8.AsSpan(at).IndexOfAny(starts);
            if (next < 0)
            {
                return null;
            }

            at += next;
            var length = LengthOfValue(utf8.AsSpan(at), out var mistake);
            if (length == 0)
            {
                findings.Syntax ??= mistake;
                at++;
                continue;
            }

            if (Try(Encoding.UTF8.GetString(utf8, at, length), findings) is { } json)
            {
                return json;
            }

            at += length;
        }

        return null;
    }

    /// <summary>Bytes of the one JSON value at the beginning; 0 where there is none.</summary>
    private static int LengthOfValue(ReadOnlySpan<byte> utf8, out string? mistake)
    {
        var reader = new Utf8JsonReader(
            utf8, new JsonReaderOptions { MaxDepth = MaxDepth, AllowTrailingCommas = true, CommentHandling = JsonCommentHandling.Skip });
        try
        {
            mistake = null;
            return reader.Read() && reader.TrySkip() ? (int)reader.BytesConsumed : 0;
        }
        catch (JsonException wrong)
        {
            mistake = Place(wrong);
            return 0;
        }
    }

    private string? Try(string candidate, Findings findings)
    {
        if (candidate.Length == 0 || !findings.Tried.Add(candidate))
        {
            return null;
        }

        try
        {
            using var document = JsonDocument.Parse(candidate, Strict);
            return Check(document.RootElement, candidate, findings);
        }
        catch (JsonException)
        {
            // Perhaps only a comma too many, or a comment.
        }

        try
        {
            using var document = JsonDocument.Parse(candidate, Lenient);
            return Check(document.RootElement, null, findings);
        }
        catch (JsonException wrong)
        {
            findings.Syntax ??= Place(wrong);
            return null;
        }
    }

    private string? Check(JsonElement value, string? text, Findings findings)
    {
        if (!JsonText.HasWholeCharacters(text ?? value.GetRawText()))
        {
            findings.Shape ??= "A text in it holds half of a surrogate pair (\\ud800 to \\udfff); write the whole character.";
            return null;
        }

        var mistake = MistakeIn(value, text, out var json);
        if (mistake is null)
        {
            return json;
        }

        // Models like to wrap the answer: {"result": {…}}.
        if (value.ValueKind == JsonValueKind.Object && value.GetPropertyCount() == 1)
        {
            var inner = value.EnumerateObject().First().Value;
            if (inner.ValueKind is JsonValueKind.Object or JsonValueKind.Array && MistakeIn(inner, null, out json) is null)
            {
                return json;
            }
        }

        findings.Shape ??= mistake;
        return null;
    }

    private string? MistakeIn(JsonElement value, string? text, out string json)
    {
        json = text ?? "";
        var violations = schema.Validate(value);
        if (violations.Count > 0)
        {
            var told = string.Join("; ", violations.Take(MostViolations).Select(violation => violation.ToString().TrimEnd('.')));
            return $"It does not fit the JSON Schema: {told}{(violations.Count > MostViolations ? $"; and {violations.Count - MostViolations} more" : "")}.";
        }

        json = text ?? JsonText.Write(value);
        try
        {
            return accept?.Invoke(json);
        }
        catch (OperationReplyException wrong)
        {
            return wrong.Message;
        }
    }

    private static string Describe(string text, Findings findings, bool wasCut, int? maxOutputTokens)
    {
        var limit = maxOutputTokens is { } most ? $"its limit of {most} tokens" : "the limit of its length";
        if (wasCut && findings.Shape is null)
        {
            return $"It was cut off at {limit} before the JSON was complete. Keep it shorter.";
        }

        if (findings.Shape is not null)
        {
            return wasCut ? $"{findings.Shape} It was also cut off at {limit}; keep it shorter." : findings.Shape;
        }

        return findings.Syntax is not null && text.AsSpan().IndexOfAny('{', '[') >= 0
            ? $"It is not valid JSON ({findings.Syntax}). Numbers cannot be NaN or Infinity, and no key may stand twice."
            : string.IsNullOrWhiteSpace(text) ? "It is empty." : "It holds no JSON.";
    }

    // System.Text.Json's own message, without the path of its classes; byte positions mean nothing to a model.
    private static string Place(JsonException wrong)
    {
        var end = wrong.Message.IndexOf(" LineNumber:", StringComparison.Ordinal);
        var what = (end > 0 ? wrong.Message[..end] : wrong.Message).TrimEnd('.', ' ');
        return wrong.LineNumber is { } line ? $"line {line + 1}: {what}" : what;
    }

    private static string FenceBody(ReadOnlySpan<char> fence)
    {
        var inner = fence[3..^3];
        var line = inner.IndexOf('\n');
        return inner[(line + 1)..].Trim().ToString();
    }

    private static string? TypeOf(JsonElement schema) =>
        schema.ValueKind == JsonValueKind.Object && schema.TryGetProperty("type", out var type) && type.ValueKind == JsonValueKind.String ? type.GetString() : null;

    // Half a surrogate pair is no text in UTF-8.
    private static string WellFormed(string text) =>
        text.AsSpan().IndexOfAnyInRange('\uD800', '\uDFFF') < 0 ? text : Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text));

    private sealed class Findings
    {
        public HashSet<string> Tried { get; } = new(StringComparer.Ordinal);

        /// <summary>Why the first thing that looked like JSON is not.</summary>
        public string? Syntax { get; set; }

        /// <summary>Why the first JSON does not fit.</summary>
        public string? Shape { get; set; }
    }

    [GeneratedRegex("</(?:think|thinking|thought|reasoning)>", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex ThoughtEnds();

    [GeneratedRegex("^\\s*<(?:think|thinking|thought|reasoning)>", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex ThoughtBegins();

    [GeneratedRegex("```[A-Za-z0-9]*[ \\t]*\\r?\\n[\\s\\S]*?```", RegexOptions.CultureInvariant)]
    private static partial Regex Fences();
}

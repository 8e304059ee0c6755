using System.Buffers;
using System.Collections;
using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Unicode;
using Microsoft.Extensions.Logging.Abstractions;

namespace Conductor.Host.Logging;

/// <summary>One JSON object per log line: time, level, category, event, message, and every structured field beside them under its own name.</summary>
/// <param name="time">The clock of the lines.</param>
internal sealed class JsonLineFormatter(TimeProvider time) : LineFormatter
{
    private const string OriginalFormat = "{OriginalFormat}";

    // The call's line carries its text for people under this name; the message says it already.
    private const string Summary = "summary";

    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.Create(Readable()), SkipValidation = true };
    private static readonly HashSet<string> Reserved = new(StringComparer.Ordinal) { "timestamp", "level", "category", "event", "message", "exception", "stack" };

    // A writer costs more to make than a line to write.
    [ThreadStatic]
    private static Utf8JsonWriter? t_writer;

    public override void Write<TState>(IBufferWriter<byte> output, in LogEntry<TState> entry)
    {
        var json = t_writer ?? new Utf8JsonWriter(output, Options);
        t_writer = null; // an argument that logs while it is written gets a writer of its own
        json.Reset(output);
        json.WriteStartObject();
        json.WritePropertyName("timestamp"u8);
        WriteMoment(json, time.GetUtcNow(), "yyyy-MM-dd'T'HH:mm:ss.fff'Z'");
        json.WriteString("level"u8, LevelName(entry.LogLevel));
        json.WriteString("category"u8, entry.Category);
        if (entry.EventId.Name is { } name)
        {
            json.WriteString("event"u8, name);
        }

        var isMasked = LogPrivacy.IsMasked(entry.LogLevel, entry.Exception);
        json.WriteString("message"u8, LogPrivacy.Mask(entry.Formatter(entry.State, entry.Exception), isMasked));
        if (entry.State is IReadOnlyList<KeyValuePair<string, object?>> fields)
        {
            WriteFields(json, fields, isMasked);
        }

        if (entry.Exception is { } exception)
        {
            json.WriteString("exception"u8, LogPrivacy.Mask(ExceptionText.Chain(exception), isMasked));
            if (entry.LogLevel >= LogLevel.Error && exception.StackTrace is { } stack)
            {
                json.WriteString("stack"u8, stack);
            }
        }

        json.WriteEndObject();
        json.Flush();
        output.Write("\n"u8);
        t_writer = json;
    }

    // Letters of all scripts stay as they are; what shows a line in another order than it was written in does not.
    private static TextEncoderSettings Readable()
    {
        var settings = new TextEncoderSettings(UnicodeRanges.All);
        settings.ForbidCharacters([.. Enumerable.Range(0, char.MaxValue + 1).Select(code => (char)code).Where(letter => char.GetUnicodeCategory(letter) == UnicodeCategory.Format)]);
        return settings;
    }

    // Straight to UTF-8: a text in between would be as large as the line's other fields together.
    private static void WriteMoment(Utf8JsonWriter json, DateTimeOffset moment, string format)
    {
        Span<byte> text = stackalloc byte[40];
        moment.UtcDateTime.TryFormat(text, out var length, format, CultureInfo.InvariantCulture);
        json.WriteStringValue(text[..length]);
    }

    private static void WriteFields(Utf8JsonWriter json, IReadOnlyList<KeyValuePair<string, object?>> fields, bool isMasked)
    {
        for (var i = 0; i < fields.Count; i++)
        {
            var (key, value) = fields[i];
            if (key is OriginalFormat or Summary)
            {
                continue;
            }

            var name = SnakeCase(key);
            json.WritePropertyName(Reserved.Contains(name) ? name + "_" : name);
            WriteValue(json, value, isMasked);
        }
    }

    private static void WriteValue(Utf8JsonWriter json, object? value, bool isMasked)
    {
        switch (value)
        {
            case null:
                json.WriteNullValue();
                break;
            case string text:
                json.WriteStringValue(LogPrivacy.Mask(text, isMasked));
                break;
            case bool flag:
                json.WriteBooleanValue(flag);
                break;
            case int or long or short or byte:
                json.WriteNumberValue(Convert.ToInt64(value, CultureInfo.InvariantCulture));
                break;
            case decimal number:
                json.WriteNumberValue(number);
                break;
            case double number when double.IsFinite(number):
                json.WriteNumberValue(number);
                break;
            case DateTimeOffset moment:
                WriteMoment(json, moment, "O");
                break;
            case TimeSpan span:
                json.WriteNumberValue(span.TotalSeconds);
                break;
            case IEnumerable<KeyValuePair<string, string>> pairs:
                json.WriteStartObject();
                foreach (var (key, text) in pairs)
                {
                    json.WriteString(key, LogPrivacy.Mask(text, isMasked));
                }

                json.WriteEndObject();
                break;
            case IEnumerable items:
                json.WriteStartArray();
                foreach (var item in items)
                {
                    WriteValue(json, item, isMasked);
                }

                json.WriteEndArray();
                break;
            default:
                json.WriteStringValue(LogPrivacy.Mask(Convert.ToString(value, CultureInfo.InvariantCulture) ?? "", isMasked));
                break;
        }
    }

    // Templates name their fields in Pascal case, the lines' contract is lower case with underscores.
    private static string SnakeCase(string name)
    {
        if (!name.AsSpan().ContainsAnyInRange('A', 'Z'))
        {
            return name;
        }

        var text = new StringBuilder(name.Length + 4);
        for (var i = 0; i < name.Length; i++)
        {
            var isWordStart = i > 0 && char.IsAsciiLetterUpper(name[i]) && (!char.IsAsciiLetterUpper(name[i - 1]) || (i + 1 < name.Length && char.IsAsciiLetterLower(name[i + 1])));
            if (isWordStart && name[i - 1] != '_')
            {
                text.Append('_');
            }

            text.Append(char.ToLowerInvariant(name[i]));
        }

        return text.ToString();
    }

    private static string LevelName(LogLevel level) => level switch
    {
        LogLevel.Trace => "trace",
        LogLevel.Debug => "debug",
        LogLevel.Information => "info",
        LogLevel.Warning => "warn",
        LogLevel.Error => "error",
        _ => "critical",
    };
}

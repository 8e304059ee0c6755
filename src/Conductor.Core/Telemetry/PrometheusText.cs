using System.Globalization;
using System.Text;

namespace Conductor.Telemetry;

/// <summary>The grammar of Prometheus' text format 0.0.4.</summary>
internal static class PrometheusText
{
    /// <summary>The media type of the format.</summary>
    public const string ContentType = "text/plain; version=0.0.4; charset=utf-8";

    /// <summary>A name that the format allows: everything but letters, digits and underscores becomes an underscore.</summary>
    public static string Name(string name)
    {
        var text = new StringBuilder(name.Length + 1);
        foreach (var c in name)
        {
            text.Append(char.IsAsciiLetterOrDigit(c) || c == '_' ? c : '_');
        }

        return char.IsAsciiDigit(text[0]) ? text.Insert(0, '_').ToString() : text.ToString();
    }

    /// <summary>A label's value between its quotes.</summary>
    public static void AppendEscaped(StringBuilder text, string value)
    {
        foreach (var c in value)
        {
            _ = c switch
            {
                '\\' => text.Append(@"\\"),
                '"' => text.Append("\\\""),
                '\n' => text.Append(@"\n"),
                _ => text.Append(c),
            };
        }
    }

    /// <summary>The two lines before a family's samples.</summary>
    public static void AppendHeader(StringBuilder text, string name, string type, string help) =>
        text.Append("# HELP ").Append(name).Append(' ').Append(help.Replace("\\", @"\\", StringComparison.Ordinal).Replace("\n", @"\n", StringComparison.Ordinal))
            .Append("\n# TYPE ").Append(name).Append(' ').Append(type).Append('\n');

    /// <summary>One sample.</summary>
    /// <param name="text">Where to.</param>
    /// <param name="name">The family's name.</param>
    /// <param name="suffix">`_bucket`, `_sum`, `_count` or nothing.</param>
    /// <param name="labels">Escaped labels; may be empty.</param>
    /// <param name="bound">A bucket's upper bound; null where it is none.</param>
    /// <param name="value">The value.</param>
    public static void AppendSample(StringBuilder text, string name, string suffix, string labels, double? bound, double value)
    {
        text.Append(name).Append(suffix);
        if (labels.Length > 0 || bound is not null)
        {
            text.Append('{').Append(labels);
            if (bound is { } limit)
            {
                text.Append(labels.Length > 0 ? "," : "").Append("le=\"").Append(Number(limit)).Append('"');
            }

            text.Append('}');
        }

        text.Append(' ').Append(Number(value)).Append('\n');
    }

    private static string Number(double value) =>
        double.IsPositiveInfinity(value) ? "+Inf" : value.ToString("R", CultureInfo.InvariantCulture);
}

using System.Globalization;
using Conductor.Plugins;

namespace Conductor.Providers.Http;

/// <summary>Single settings, read with the same sentences by every provider.</summary>
public static class SettingReader
{
    /// <summary>A text; null where it is missing or blank.</summary>
    public static string? Text(ProviderContext context, string member)
    {
        ArgumentNullException.ThrowIfNull(context);
        return context.Settings[member]?.Trim() is { Length: > 0 } text ? text : null;
    }

    /// <summary>One of a few words, lower case; null where it is missing.</summary>
    /// <exception cref="PluginSettingsException">Another word.</exception>
    public static string? Choice(ProviderContext context, string member, params string[] words)
    {
        ArgumentNullException.ThrowIfNull(words);
        var word = Text(context, member)?.ToLowerInvariant();
        return word is null || words.Contains(word, StringComparer.Ordinal)
            ? word
            : throw new PluginSettingsException($"'{Where(context, member)}' must be one of: {string.Join(", ", words)}.");
    }

    /// <summary>A whole number; null where it is missing.</summary>
    /// <exception cref="PluginSettingsException">No number, or one outside the bounds.</exception>
    public static int? Number(ProviderContext context, string member, int least, int most)
    {
        var text = Text(context, member);
        return text is null ? null
            : int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most ? number
            : throw new PluginSettingsException($"'{Where(context, member)}' must be a whole number from {least} to {most}.");
    }

    /// <summary>True or false; null where it is missing.</summary>
    /// <exception cref="PluginSettingsException">Neither.</exception>
    public static bool? Flag(ProviderContext context, string member) => Text(context, member)?.ToLowerInvariant() switch
    {
        null => null,
        "true" or "on" or "yes" => true,
        "false" or "off" or "no" => false,
        _ => throw new PluginSettingsException($"'{Where(context, member)}' must be true or false."),
    };

    /// <summary>A text that goes into a header; null where it is missing.</summary>
    /// <exception cref="PluginSettingsException">More than a line, or no ASCII.</exception>
    public static string? Header(ProviderContext context, string member) => Text(context, member) is { } text ? HeaderValue(text, Where(context, member)) : null;

    /// <summary>A list of texts: children, or one text alone; blank ones are left out.</summary>
    public static IReadOnlyList<string> List(ProviderContext context, string member)
    {
        ArgumentNullException.ThrowIfNull(context);
        var section = context.Settings.GetSection(member);
        var values = section.GetChildren().Select(row => row.Value).ToList();
        return [.. (values.Count > 0 ? values : [section.Value]).OfType<string>().Select(value => value.Trim()).Where(value => value.Length > 0)];
    }

    /// <summary>Names and texts, in the order of the names.</summary>
    /// <exception cref="PluginSettingsException">A name without a text.</exception>
    public static IReadOnlyList<KeyValuePair<string, string>> Map(ProviderContext context, string member)
    {
        ArgumentNullException.ThrowIfNull(context);
        return [.. context.Settings.GetSection(member).GetChildren().Select(row => row.Value?.Trim() is { Length: > 0 } value
            ? new KeyValuePair<string, string>(row.Key, value)
            : throw new PluginSettingsException($"'{Where(context, member)}.{row.Key}' must be a text."))];
    }

    /// <summary>Where a setting stands, for sentences about it.</summary>
    public static string Where(ProviderContext context, string member)
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(member);
        return $"providers.{context.Name}.{member.Replace(':', '.')}";
    }

    internal static string HeaderValue(string? value, string where) =>
        value is not null && !value.AsSpan().ContainsAnyExceptInRange(' ', '~') ? value : throw new PluginSettingsException($"'{where}' must be one line of plain ASCII text.");
}

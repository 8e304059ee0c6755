using System.Globalization;

namespace Conductor.Configuration;

/// <summary>What a plain scalar means, as YAML 1.2's core schema has it.</summary>
internal static class SettingsScalar
{
    public static bool IsNull(string text) => text is "" or "~" or "null" or "Null" or "NULL";

    public static bool TryBoolean(string text, out bool value)
    {
        value = text is "true" or "True" or "TRUE";
        return value || text is "false" or "False" or "FALSE";
    }

    /// <summary>The number as JSON writes it; null when the text is none.</summary>
    public static string? AsJsonNumber(string text)
    {
        if (text.Length is 0 or > 40 || !(char.IsAsciiDigit(text[0]) || text[0] is '-' or '+' or '.'))
        {
            return null;
        }

        const NumberStyles Whole = NumberStyles.AllowLeadingSign;
        const NumberStyles Fraction = NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent;
        if (text.StartsWith("0x", StringComparison.Ordinal))
        {
            return long.TryParse(text.AsSpan(2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var hex) ? hex.ToString(CultureInfo.InvariantCulture) : null;
        }

        if (long.TryParse(text, Whole, CultureInfo.InvariantCulture, out var whole))
        {
            return whole.ToString(CultureInfo.InvariantCulture);
        }

        if (!double.TryParse(text, Fraction, CultureInfo.InvariantCulture, out var near) || !double.IsFinite(near))
        {
            return null;
        }

        return decimal.TryParse(text, Fraction, CultureInfo.InvariantCulture, out var exact) && (exact != 0 || near == 0)
            ? exact.ToString(CultureInfo.InvariantCulture)
            : near.ToString("R", CultureInfo.InvariantCulture);
    }
}

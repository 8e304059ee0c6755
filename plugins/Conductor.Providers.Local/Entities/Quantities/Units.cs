using System.Collections.Frozen;

namespace Conductor.Providers.Local.Entities;

/// <summary>Units of measure by their names and signs. The value's unit is the metric sign or the English name.</summary>
internal static class Units
{
    // Each line: what the unit is called in values, then how it is written.
    private static readonly string[] Lines =
    [
        "km|km|kms|kilometer|kilometers|kilometre|kilometres", "m|meter|meters|metre|metres|m", "cm|cm|centimeter|centimeters|centimetre|centimetres", "mm|mm|millimeter|millimeters|millimetre|millimetres",
        "mi|mile|miles|mi", "yd|yard|yards|yd|yds", "ft|foot|feet|ft", "in|inch|inches", "nmi|nautical mile|nautical miles", "ly|light year|light years|light-year|light-years",
        "kg|kg|kgs|kilo|kilos|kilogram|kilograms|kilogramme|kilogrammes", "g|gram|grams|gramme|grammes|g", "mg|mg|milligram|milligrams", "t|ton|tons|tonne|tonnes|metric tons|metric ton", "lb|lb|lbs|pound|pounds", "oz|ounce|ounces|oz", "stone|stone",
        "l|liter|liters|litre|litres|l", "ml|ml|milliliter|milliliters|millilitre|millilitres", "gal|gallon|gallons|gal", "qt|quart|quarts", "pt|pint|pints", "cup|cup|cups", "barrel|barrel|barrels", "fl oz|fluid ounce|fluid ounces", "tbsp|tablespoon|tablespoons", "tsp|teaspoon|teaspoons",
        "m²|square meter|square meters|square metre|square metres|m²|sq m|sqm", "km²|square kilometer|square kilometers|square kilometre|square kilometres|km²|sq km", "ft²|square foot|square feet|sq ft|sqft", "mi²|square mile|square miles|sq mi", "acre|acre|acres", "ha|hectare|hectares|ha",
        "m³|cubic meter|cubic meters|cubic metre|cubic metres|m³", "ft³|cubic foot|cubic feet|cu ft", "cm³|cubic centimeter|cubic centimeters|cm³|cc",
        "km/h|kilometers per hour|kilometres per hour|kilometer per hour|kph|kmph|kmh|km per hour", "mph|mph|miles per hour|mile per hour", "m/s|meters per second|metres per second", "kn|knot|knots", "km/s|kilometers per second", "ft/s|feet per second",
        "bit|bit|bits", "byte|byte|bytes", "kB|kb|kilobyte|kilobytes", "MB|mb|megabyte|megabytes", "GB|gb|gigabyte|gigabytes", "TB|tb|terabyte|terabytes", "PB|pb|petabyte|petabytes", "Mbit|megabit|megabits", "Gbit|gigabit|gigabits", "Mbit/s|mbps",
        "W|watt|watts", "kW|kw|kilowatt|kilowatts", "MW|mw|megawatt|megawatts", "kWh|kwh|kilowatt hours", "V|volt|volts", "Hz|hz|hertz", "kHz|khz", "MHz|mhz", "GHz|ghz", "hp|hp|horsepower", "kcal|kcal|calories|calorie", "mAh|mah",
    ];

    private static readonly FrozenDictionary<string, string> ByName = Lines
        .Select(line => line.Split('|'))
        .SelectMany(parts => parts.Skip(1).Select(name => (name, unit: parts[0])))
        .ToFrozenDictionary(entry => entry.name, entry => entry.unit, StringComparer.Ordinal);

    // A single letter is a unit only right behind its number, and a small one: "5 m" and "5G" may be anything.
    private static readonly FrozenSet<string> Joined = new[] { "m", "g", "l", "in", "t" }.ToFrozenSet(StringComparer.Ordinal);

    /// <summary>Reads a unit's name of up to three words, the longest that there is; null for none.</summary>
    public static (string Unit, int End)? Read(EntityText text, int index)
    {
        if (Slash(text, index) is { } rate)
        {
            return rate;
        }

        var name = "";
        (string, int)? found = null;
        for (var words = 0; words < 3 && text[index + words].Kind is not TokenKind.None; words++)
        {
            var token = text[index + words];
            name += (words > 0 && !token.IsJoined ? " " : "") + token.Lower;
            if (ByName.TryGetValue(name, out var unit) && !(Joined.Contains(name) && !(token.IsJoined && text[index - 1].Kind is TokenKind.Digits && (text.IsSmall(index) || name == "l"))))
            {
                found = (unit, index + words + 1);
            }
        }

        return found;
    }

    // "km/h", "km/hr", "m/s"
    private static (string, int)? Slash(EntityText text, int index)
    {
        if (!text[index + 1].IsSymbol('/') || !text[index + 1].IsJoined)
        {
            return null;
        }

        return (text[index].Lower, text[index + 2].Lower) switch
        {
            ("km", "h" or "hr" or "hour") => ("km/h", index + 3),
            ("m", "s" or "sec") => ("m/s", index + 3),
            ("mi", "h" or "hr") => ("mph", index + 3),
            ("ft", "s" or "sec") => ("ft/s", index + 3),
            ("km", "s" or "sec") => ("km/s", index + 3),
            _ => null,
        };
    }
}

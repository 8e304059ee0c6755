using System.Text.Json;

namespace Conductor.Schemas;

/// <summary>Arithmetic on JSON numbers: exact where a decimal holds them, else as doubles.</summary>
internal static class JsonNumber
{
    /// <summary>5, 5.0 and 5e3 are whole; 5.5 is not. Beyond a double's range nothing has a fraction left to speak of.</summary>
    public static bool IsWhole(JsonElement number) => TryDecimal(number, out var exact)
        ? exact == decimal.Truncate(exact)
        : number.TryGetDouble(out var near) && (double.IsInfinity(near) || near == Math.Truncate(near));

    public static int Compare(JsonElement left, JsonElement right) => TryDecimal(left, out var exactLeft) && TryDecimal(right, out var exactRight)
        ? exactLeft.CompareTo(exactRight)
        : left.GetDouble().CompareTo(right.GetDouble());

    public static bool IsMultiple(JsonElement value, JsonElement of)
    {
        if (TryDecimal(value, out var exact) && TryDecimal(of, out var step))
        {
            return exact % step == 0;
        }

        var ratio = value.GetDouble() / of.GetDouble();
        return double.IsFinite(ratio) && Math.Abs(ratio - Math.Round(ratio)) < 1e-9;
    }

    private static bool TryDecimal(JsonElement number, out decimal value)
    {
        // A decimal silently takes 1e-30 as 0: such a number is left to the double.
        return number.TryGetDecimal(out value) && (value != 0 || number.GetDouble() == 0);
    }
}

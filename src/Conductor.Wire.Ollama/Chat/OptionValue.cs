using System.Text.Json;

namespace Conductor.Wire.Ollama;

/// <summary>Additional properties come as JSON from a caller over HTTP and as plain values in process.</summary>
internal static class OptionValue
{
    public static bool IsTrue(object? value) => value is true or JsonElement { ValueKind: JsonValueKind.True };

    public static bool IsFalse(object? value) => value is null or false or JsonElement { ValueKind: JsonValueKind.False or JsonValueKind.Null };

    public static long? Integer(object? value) => value switch
    {
        int number => number,
        long number => number,
        JsonElement { ValueKind: JsonValueKind.Number } number when number.TryGetInt64(out var whole) => whole,
        _ => null,
    };

    public static double? Number(object? value) => value switch
    {
        int number => number,
        long number => number,
        float number when float.IsFinite(number) => number,
        double number when double.IsFinite(number) => number,
        JsonElement { ValueKind: JsonValueKind.Number } number when number.TryGetDouble(out var real) && double.IsFinite(real) => real,
        _ => null,
    };
}

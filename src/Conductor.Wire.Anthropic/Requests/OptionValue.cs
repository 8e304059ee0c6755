using System.Text.Json;

namespace Conductor.Wire.Anthropic;

/// <summary>Additional properties by their values, whoever set them: JSON from a wire, plain values from a program.</summary>
internal static class OptionValue
{
    public static bool IsFalse(object? value) => value is false or JsonElement { ValueKind: JsonValueKind.False };

    public static string? Text(object? value) => value switch
    {
        string text => text,
        JsonElement { ValueKind: JsonValueKind.String } text => text.GetString(),
        _ => null,
    };

    public static long? Integer(object? value) => value switch
    {
        int number => number,
        long number => number,
        JsonElement { ValueKind: JsonValueKind.Number } number when number.TryGetInt64(out var whole) => whole,
        _ => null,
    };
}

using System.Text.Json;

namespace Conductor.Wire.Gemini;

/// <summary>Values of additional properties, which may come as JSON or as they are.</summary>
internal static class OptionValue
{
    public static long? Integer(object? value) => value switch
    {
        int number => number,
        long number => number,
        JsonElement { ValueKind: JsonValueKind.Number } element when element.TryGetInt64(out var number) => number,
        _ => null,
    };

    public static bool? Boolean(object? value) => value switch
    {
        bool flag => flag,
        JsonElement { ValueKind: JsonValueKind.True } => true,
        JsonElement { ValueKind: JsonValueKind.False } => false,
        _ => null,
    };

    public static string? Text(object? value) => value switch
    {
        string text => text,
        JsonElement { ValueKind: JsonValueKind.String } element => element.GetString(),
        _ => null,
    };
}

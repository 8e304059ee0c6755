using System.Buffers;
using System.Text.Json;

namespace Conductor.Operations.EntityExtraction;

/// <summary>What an entity means, as JSON.</summary>
internal static class EntityValue
{
    /// <summary>The model's value where it gave one that can be written; else the words of the text.</summary>
    public static JsonElement Create(JsonElement? value, string modelsWords, string words)
    {
        if (value is not { } given || given.ValueKind is JsonValueKind.Null or JsonValueKind.Undefined || !CanBeWritten(given))
        {
            return FromWords(words);
        }

        return given.ValueKind is JsonValueKind.String && given.GetString() is var text && (text!.Trim().Length == 0 || text == modelsWords) ? FromWords(words) : given;
    }

    private static JsonElement FromWords(string words)
    {
        var output = new ArrayBufferWriter<byte>(words.Length + 2);
        using (var writer = new Utf8JsonWriter(output))
        {
            writer.WriteStringValue(words);
        }

        var reader = new Utf8JsonReader(output.WrittenSpan);
        return JsonElement.ParseValue(ref reader);
    }

    // Escapes of half a surrogate pair can be parsed, but not written.
    private static bool CanBeWritten(JsonElement value)
    {
        try
        {
            using var writer = new Utf8JsonWriter(Stream.Null);
            value.WriteTo(writer);
            return true;
        }
        catch (Exception failure) when (failure is InvalidOperationException or ArgumentException)
        {
            return false;
        }
    }
}

using System.Buffers;
using System.Globalization;
using System.Text.Json;

namespace Conductor.Providers.Local.Entities;

/// <summary>Values as JSON.</summary>
internal static class EntityJson
{
    public static JsonElement Text(string text) => Write(writer => writer.WriteStringValue(text));

    public static JsonElement Number(decimal number) => Write(writer => writer.WriteRawValue(Format(number)));

    /// <summary>`{amount, currency}`; the currency as ISO 4217 code, null where a symbol or word does not tell it.</summary>
    public static JsonElement Money(decimal amount, string? currency) => Write(writer =>
    {
        writer.WriteStartObject();
        writer.WritePropertyName("amount"u8);
        writer.WriteRawValue(Format(amount));
        writer.WriteString("currency"u8, currency);
        writer.WriteEndObject();
    });

    /// <summary>`{value, unit}`.</summary>
    public static JsonElement Quantity(decimal value, string unit) => Write(writer =>
    {
        writer.WriteStartObject();
        writer.WritePropertyName("value"u8);
        writer.WriteRawValue(Format(value));
        writer.WriteString("unit"u8, unit);
        writer.WriteEndObject();
    });

    /// <summary>`{start, end}`, the end exclusive; either null where it is open.</summary>
    public static JsonElement Interval(string? start, string? end) => Write(writer =>
    {
        writer.WriteStartObject();
        writer.WriteString("start"u8, start);
        writer.WriteString("end"u8, end);
        writer.WriteEndObject();
    });

    // 5.00 reads 5: how many zeros were written is no part of the value.
    private static string Format(decimal number) => number.ToString("0.############################", CultureInfo.InvariantCulture);

    private static JsonElement Write(Action<Utf8JsonWriter> write)
    {
        var output = new ArrayBufferWriter<byte>(64);
        using (var writer = new Utf8JsonWriter(output))
        {
            write(writer);
        }

        var reader = new Utf8JsonReader(output.WrittenSpan);
        return JsonElement.ParseValue(ref reader);
    }
}
